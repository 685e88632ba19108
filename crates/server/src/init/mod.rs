//! `--init DIR`: what a fresh server holds.
//!
//! The folder's YAML and JSON files say it in the service's own terms: a profile is an input of
//! `CreateProfile`, and so on, with the names of other resources where the API wants their ids. What
//! is there by its name is left as it is, so the same folder can be applied again. A file is a template
//! of CloudFormation, which is deployed as a stack.

mod document;
mod error;
mod names;
mod objects;
mod resources;
mod templates;

use std::path::Path;

pub(crate) use error::InitError;

use crate::app::App;

/// Makes what the configured folder tells and is not there; without one, nothing.
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
        tracing::info!(template = %folder.display(), "the initial stack is there");
        return Ok(());
    }
    let read = folder.clone();
    let documents = tokio::task::spawn_blocking(move || document::read(&read)).await;
    let documents = documents.map_err(|error| placed(error.into()))?;
    let made = everything(app, documents.map_err(placed)?, &folder).await;
    let made = made.map_err(placed)?;
    tracing::info!(folder = %folder.display(), made, "the initial state is there");
    Ok(())
}

/// Makes one kind of thing after the other, so that names of any file are there when needed.
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
