//! `--init DIR`: the initial state of a server.
//!
//! The folder's YAML and JSON files use the service's API: a profile is an input of
//! `CreateProfile`, and so on, with the names of other resources where the API has their ids.
//! Resources whose names exist are not changed, so the same folder can be applied again. A file can
//! also be a CloudFormation template, which is deployed as a stack.

mod document;
mod error;
mod names;
mod objects;
mod resources;
mod templates;

use std::path::Path;

pub(crate) use error::InitError;

use crate::app::App;

/// Creates what the configured folder describes and does not exist yet; without a folder, nothing.
///
/// # Errors
///
/// The first file that cannot be read, or thing that cannot be made, and why.
pub(crate) async fn apply(app: &App) -> Result<(), InitError> {
    let Some(folder) = app.config.init.clone() else {
        return Ok(());
    };
    let placed = |error: InitError| error.at(format_args!("--init {}", folder.display()));
    if folder.is_file() {
        let deployed = Box::pin(templates::apply(app, &folder)).await;
        deployed.map_err(placed)?;
        tracing::info!(template = %folder.display(), "the initial stack is created");
        return Ok(());
    }
    let read = folder.clone();
    let documents = tokio::task::spawn_blocking(move || document::read(&read)).await;
    let documents = documents.map_err(|error| placed(error.into()))?;
    let made = everything(app, documents.map_err(placed)?, &folder).await;
    let made = made.map_err(placed)?;
    tracing::info!(folder = %folder.display(), made, "the initial state is applied");
    Ok(())
}

/// Creates one kind of resource after the other, so that a name in any file exists when it is needed.
async fn everything(
    app: &App,
    documents: Vec<document::Document>,
    folder: &Path,
) -> Result<usize, InitError> {
    let mut made = 0;
    for document in &documents {
        made += objects::apply(app, document, folder).await?;
    }
    for kind in &resources::KINDS {
        for document in &documents {
            made += resources::apply(app, document, kind).await?;
        }
    }
    Ok(made)
}
