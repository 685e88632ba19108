//! `/_b2bi/reset`: the server as it was at its start, in parts or as a whole.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::json;

use super::query::values;
use super::{problem, reply};
use crate::app::App;
use crate::init;

/// A part of the server that can be set back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Faults,
    Requests,
    Clock,
    State,
}

/// In the order in which they are set back: the initial state is made by the clock's first time.
const PARTS: [(&str, Part); 4] = [
    ("faults", Part::Faults),
    ("requests", Part::Requests),
    ("clock", Part::Clock),
    ("state", Part::State),
];

/// What is to be set back.
struct Asked {
    parts: Vec<(&'static str, Part)>,
    account: Option<String>,
    region: Option<String>,
}

/// Sets the parts back that `what=a,b` names. Without it, all of them; or where an account or a
/// region is named, the state that it has.
pub(super) async fn answer(app: &App, query: Option<&str>) -> Response<Bytes> {
    let asked = match read(query) {
        Ok(asked) => asked,
        Err(message) => return problem(StatusCode::BAD_REQUEST, &message),
    };
    if let Err(message) = carry_out(app, &asked).await {
        return problem(StatusCode::INTERNAL_SERVER_ERROR, &message);
    }
    let names: Vec<&str> = asked.parts.iter().map(|(name, _)| *name).collect();
    reply(StatusCode::OK, &json!({"reset": names}))
}

/// Sets everything back, and answers as moto does.
pub(super) async fn as_moto(app: &App) -> Response<Bytes> {
    let asked = Asked {
        parts: PARTS.to_vec(),
        account: None,
        region: None,
    };
    match carry_out(app, &asked).await {
        Ok(()) => reply(StatusCode::OK, &json!({"status": "ok"})),
        Err(message) => problem(StatusCode::INTERNAL_SERVER_ERROR, &message),
    }
}

async fn carry_out(app: &App, asked: &Asked) -> Result<(), String> {
    for (_, part) in &asked.parts {
        match part {
            Part::Faults => app.faults.reset_counters(),
            Part::Requests => {
                app.journal.clear();
            }
            Part::Clock => app.clock.reset(),
            Part::State => state(app, asked.account.as_deref(), asked.region.as_deref()).await?,
        }
    }
    Ok(())
}

/// Removes resources and, as buckets are of no region, objects unless a region is named.
async fn state(app: &App, account: Option<&str>, region: Option<&str>) -> Result<(), String> {
    app.service.reset(account, region).await?;
    if region.is_none() {
        app.objects.reset(account).await?;
    }
    if account.is_none() && region.is_none() {
        init::apply(app).await?;
    }
    Ok(())
}

fn read(query: Option<&str>) -> Result<Asked, String> {
    let mut values = values(query, &["what", "account", "region"])?;
    let (account, region) = (values.remove("account"), values.remove("region"));
    let is_narrow = account.is_some() || region.is_some();
    let parts = match values.remove("what") {
        Some(names) => names.split(',').map(part).collect::<Result<_, _>>()?,
        None if is_narrow => vec![("state", Part::State)],
        None => PARTS.to_vec(),
    };
    if is_narrow && parts.iter().any(|(_, part)| *part != Part::State) {
        return Err("Only the state has accounts and regions: ask with what=state".to_owned());
    }
    Ok(Asked {
        parts,
        account,
        region,
    })
}

fn part(name: &str) -> Result<(&'static str, Part), String> {
    let known = PARTS.iter().find(|(known, _)| *known == name);
    known.copied().ok_or_else(|| {
        let known: Vec<&str> = PARTS.iter().map(|(known, _)| *known).collect();
        let known = known.join(",");
        format!("There is no part `{name}`: ask with what={known}")
    })
}
