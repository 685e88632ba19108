//! The one STS operation that a client of this service needs: who am I?

use b2bi_local_dispatcher::{
    Caller, Descriptor, Operation, Protocol, Reply, Service, ServiceError,
};
use bytes::Bytes;

static DESCRIPTOR: Descriptor = Descriptor {
    signing_name: "sts",
    protocol: Protocol::Query {
        namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    },
    operations: &["GetCallerIdentity"],
};

/// The Security Token Service.
pub(crate) struct Sts;

impl Service for Sts {
    type Input = ();

    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn decode(&self, _operation: Operation, _body: &Bytes) -> Result<(), ServiceError> {
        Ok(())
    }

    /// The caller is the root user of the account, as there are no other users here.
    async fn call(
        &self,
        caller: Caller,
        _operation: Operation,
        (): (),
    ) -> Result<Reply, ServiceError> {
        let account = caller.account.to_string();
        Ok(Reply::Members(vec![
            ("Arn", format!("arn:aws:iam::{account}:root")),
            ("UserId", account.clone()),
            ("Account", account),
        ]))
    }
}
