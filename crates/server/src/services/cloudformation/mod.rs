//! CloudFormation: stacks of resources from templates.
//!
//! Source: the service model of CloudFormation, `2010-05-15`.

mod cancel_update_stack;
mod continue_update_rollback;
mod create_change_set;
mod create_stack;
mod definition;
mod delete_change_set;
mod delete_stack;
mod describe_change_set;
mod describe_events;
mod describe_stack_drift_detection_status;
mod describe_stack_events;
mod describe_stack_resource;
mod describe_stack_resource_drifts;
mod describe_stack_resources;
mod describe_stacks;
mod describe_type;
mod detect_stack_drift;
mod detect_stack_resource_drift;
mod errors;
mod execute_change_set;
mod get_stack_policy;
mod get_template;
mod get_template_summary;
mod list_change_sets;
mod list_exports;
mod list_imports;
mod list_stack_resources;
mod list_stacks;
mod names;
mod page;
mod policy;
mod record;
mod rollback_stack;
mod set_stack_policy;
mod templates;
mod update_stack;
mod update_termination_protection;
mod validate_template;

use std::sync::Arc;

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::{
    Caller, Descriptor, Operation, Protocol, Reply, Service, ServiceError,
};
use b2bi_local_stacks::Stacks;
use bytes::Bytes;

pub(crate) use self::errors::ERRORS;
use self::record::Members;
pub(crate) use self::templates::ServerTemplates;
use super::form::Form;
use super::scope_of;

/// The service's name in a credential scope.
pub(crate) const SIGNING_NAME: &str = "cloudformation";

/// CloudFormation over the stacks of all accounts and regions.
pub(crate) struct CloudFormation {
    pub(crate) stacks: Arc<Stacks>,
}

/// Defines the operations: the module of each, and its name on the wire. First those that wait,
/// then those that answer immediately.
macro_rules! operations {
    (
        waiting [$($waiting_module:ident $waiting:ident,)*]
        immediate [$($module:ident $name:ident,)*]
    ) => {
        static DESCRIPTOR: Descriptor = Descriptor {
            signing_name: SIGNING_NAME,
            protocol: Protocol::Query {
                namespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/",
            },
            operations: &[$(stringify!($waiting),)* $(stringify!($name),)*],
        };

        /// A request.
        #[derive(Clone, Debug)]
        pub(crate) enum Input {
            $($waiting(Box<$waiting_module::Input>),)*
            $($name(Box<$module::Input>),)*
        }

        fn decode(operation: &str, form: &mut Form) -> Result<Input, ServiceError> {
            match operation {
                $(stringify!($waiting) => {
                    let input = $waiting_module::Input::read(form)?;
                    form.end()?;
                    Ok(Input::$waiting(Box::new(input)))
                })*
                $(stringify!($name) => {
                    let input = $module::Input::read(form)?;
                    form.end()?;
                    Ok(Input::$name(Box::new(input)))
                })*
                other => Err(ServiceError::invalid_action(SIGNING_NAME, other)),
            }
        }

        impl CloudFormation {
            async fn run(&self, scope: &Scope, input: Input) -> Result<Members, ServiceError> {
                match input {
                    $(Input::$waiting(input) => {
                        Box::pin($waiting_module::run(self, scope, *input)).await
                    })*
                    $(Input::$name(input) => $module::run(self, scope, *input),)*
                }
            }
        }
    };
}

operations! {
    waiting [
        continue_update_rollback ContinueUpdateRollback,
        create_change_set CreateChangeSet,
        create_stack CreateStack,
        delete_change_set DeleteChangeSet,
        delete_stack DeleteStack,
        detect_stack_drift DetectStackDrift,
        detect_stack_resource_drift DetectStackResourceDrift,
        execute_change_set ExecuteChangeSet,
        get_template_summary GetTemplateSummary,
        rollback_stack RollbackStack,
        set_stack_policy SetStackPolicy,
        update_stack UpdateStack,
        update_termination_protection UpdateTerminationProtection,
        validate_template ValidateTemplate,
    ]
    immediate [
        cancel_update_stack CancelUpdateStack,
        describe_change_set DescribeChangeSet,
        describe_events DescribeEvents,
        describe_stack_drift_detection_status DescribeStackDriftDetectionStatus,
        describe_stack_events DescribeStackEvents,
        describe_stack_resource DescribeStackResource,
        describe_stack_resource_drifts DescribeStackResourceDrifts,
        describe_stack_resources DescribeStackResources,
        describe_stacks DescribeStacks,
        describe_type DescribeType,
        get_stack_policy GetStackPolicy,
        get_template GetTemplate,
        list_change_sets ListChangeSets,
        list_exports ListExports,
        list_imports ListImports,
        list_stack_resources ListStackResources,
        list_stacks ListStacks,
    ]
}

impl Service for CloudFormation {
    type Input = Input;

    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn decode(&self, operation: Operation, body: &Bytes) -> Result<Input, ServiceError> {
        decode(operation.name, &mut Form::parse(body))
    }

    async fn call(
        &self,
        caller: Caller,
        _operation: Operation,
        input: Input,
    ) -> Result<Reply, ServiceError> {
        self.run(&scope_of(&caller), input)
            .await
            .map(Reply::Members)
    }
}
