//! The loop: requests and notices in, answers and diagnostics out.

use std::path::PathBuf;

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, Response};
use lsp_types::notification::{
    DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument, DidOpenTextDocument,
    DidSaveTextDocument, Notification as _,
};
use lsp_types::{
    CodeActionProviderCapability, CompletionOptions, HoverProviderCapability, InitializeParams, OneOf,
    PositionEncodingKind, RenameOptions, ServerCapabilities, TextDocumentSyncCapability,
    TextDocumentSyncKind,
};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use crate::features;
use crate::positions::Encoding;
use crate::uris;
use crate::workspace::{Workspace, tidy};

/// Why a server ended early.
#[derive(Debug)]
pub struct ServeError(String);

impl std::fmt::Display for ServeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ServeError {}

fn broken(error: impl std::fmt::Display) -> ServeError {
    ServeError(error.to_string())
}

/// Serves one editor until it says that it is done.
///
/// # Errors
///
/// If the connection breaks, or the editor does not begin as it must.
pub fn serve(connection: &Connection) -> Result<(), ServeError> {
    let (id, params) = connection.initialize_start().map_err(broken)?;
    let params: InitializeParams = serde_json::from_value(params).map_err(broken)?;
    let encoding = encoding(&params);
    let answer = json!({
        "capabilities": capabilities(encoding),
        "serverInfo": {"name": "spanwright-lsp", "version": env!("CARGO_PKG_VERSION")},
    });
    connection.initialize_finish(id, answer).map_err(broken)?;
    let workspace = Workspace { encoding, roots: roots(&params), ..Workspace::default() };
    Server { connection, workspace }.run()
}

/// UTF-8 where the editor knows it: then nothing has to be counted twice.
fn encoding(params: &InitializeParams) -> Encoding {
    let general = params.capabilities.general.as_ref();
    let known = general.and_then(|general| general.position_encodings.as_ref());
    match known.is_some_and(|known| known.contains(&PositionEncodingKind::UTF8)) {
        true => Encoding::Utf8,
        false => Encoding::Utf16,
    }
}

fn roots(params: &InitializeParams) -> Vec<PathBuf> {
    let folders = params.workspace_folders.iter().flatten();
    folders.filter_map(|folder| uris::to_path(&folder.uri)).map(|path| tidy(&path)).collect()
}

fn capabilities(encoding: Encoding) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(match encoding {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
        }),
        text_document_sync: Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::FULL)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        document_formatting_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(CodeActionProviderCapability::Simple(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: Default::default(),
        })),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(vec!["[".to_owned(), "<".to_owned(), ">".to_owned()]),
            ..CompletionOptions::default()
        }),
        ..ServerCapabilities::default()
    }
}

struct Server<'c> {
    connection: &'c Connection,
    workspace: Workspace,
}

/// What a request gives: its result, or why there is none.
type Answer = Result<Json, String>;

impl Server<'_> {
    fn run(mut self) -> Result<(), ServeError> {
        loop {
            // While someone types, only the last text is read.
            if self.connection.receiver.is_empty() {
                self.publish()?;
            }
            let Ok(message) = self.connection.receiver.recv() else { return Ok(()) };
            match message {
                Message::Request(request) => {
                    if self.connection.handle_shutdown(&request).map_err(broken)? {
                        return Ok(());
                    }
                    self.publish()?;
                    let response = self.respond(request);
                    self.connection.sender.send(response.into()).map_err(broken)?;
                }
                Message::Notification(notification) => self.notice(notification),
                Message::Response(_) => {}
            }
        }
    }

    /// Reads what has changed, and sends what is wrong with it.
    fn publish(&mut self) -> Result<(), ServeError> {
        for folder in self.workspace.refresh() {
            for params in features::diagnostics::of(&self.workspace, &folder) {
                let method = "textDocument/publishDiagnostics".to_owned();
                let notification = Notification::new(method, params);
                self.connection.sender.send(notification.into()).map_err(broken)?;
            }
        }
        Ok(())
    }

    fn notice(&mut self, notification: Notification) {
        fn params<T: DeserializeOwned>(notification: Notification) -> Option<T> {
            serde_json::from_value(notification.params).ok()
        }
        let touched: Vec<PathBuf> = match notification.method.as_str() {
            DidOpenTextDocument::METHOD => {
                let params: Option<lsp_types::DidOpenTextDocumentParams> = params(notification);
                let opened = params
                    .and_then(|params| Some((path(&params.text_document.uri)?, params.text_document.text)));
                opened.map(|(path, text)| self.hold(path, text)).into_iter().collect()
            }
            DidChangeTextDocument::METHOD => {
                let params: Option<lsp_types::DidChangeTextDocumentParams> = params(notification);
                let changed = params.and_then(|params| {
                    Some((
                        path(&params.text_document.uri)?,
                        params.content_changes.into_iter().next_back()?.text,
                    ))
                });
                changed.map(|(path, text)| self.hold(path, text)).into_iter().collect()
            }
            DidCloseTextDocument::METHOD => {
                let params: Option<lsp_types::DidCloseTextDocumentParams> = params(notification);
                let closed = params.and_then(|params| path(&params.text_document.uri));
                closed.inspect(|path| drop(self.workspace.open.remove(path))).into_iter().collect()
            }
            DidSaveTextDocument::METHOD => {
                let params: Option<lsp_types::DidSaveTextDocumentParams> = params(notification);
                params.and_then(|params| path(&params.text_document.uri)).into_iter().collect()
            }
            DidChangeWatchedFiles::METHOD => {
                let params: Option<lsp_types::DidChangeWatchedFilesParams> = params(notification);
                let changes = params.into_iter().flat_map(|params| params.changes);
                changes.filter_map(|change| path(&change.uri)).collect()
            }
            _ => Vec::new(),
        };
        touched.iter().for_each(|path| self.workspace.touch(path));
    }

    fn hold(&mut self, path: PathBuf, text: String) -> PathBuf {
        self.workspace.open.insert(path.clone(), text);
        path
    }

    fn respond(&mut self, request: Request) -> Response {
        let id = request.id.clone();
        match self.answer(&request.method, request.params) {
            Some(Ok(result)) => Response::new_ok(id, result),
            Some(Err(reason)) => Response::new_err(id, ErrorCode::InvalidParams as i32, reason),
            None => {
                let reason = format!("no method `{}`", request.method);
                Response::new_err(id, ErrorCode::MethodNotFound as i32, reason)
            }
        }
    }

    fn answer(&mut self, method: &str, params: Json) -> Option<Answer> {
        let workspace = &mut self.workspace;
        Some(match method {
            "textDocument/hover" => with(params, |params| Ok(features::hover::at(workspace, &params))),
            "textDocument/definition" => {
                with(params, |params| Ok(features::names::definition(workspace, &params)))
            }
            "textDocument/references" => {
                with(params, |params| Ok(features::names::references(workspace, &params)))
            }
            "textDocument/prepareRename" => {
                with(params, |params| Ok(features::names::renamable(workspace, &params)))
            }
            "textDocument/rename" => with(params, |params| features::names::rename(workspace, &params)),
            "textDocument/completion" => {
                with(params, |params| Ok(features::completion::at(workspace, &params)))
            }
            "textDocument/documentSymbol" => {
                with(params, |params| Ok(features::symbols::of(workspace, &params)))
            }
            "textDocument/formatting" => with(params, |params| Ok(features::format::of(workspace, &params))),
            "textDocument/codeAction" => with(params, |params| Ok(features::actions::of(workspace, &params))),
            _ => return None,
        })
    }
}

fn path(uri: &lsp_types::Uri) -> Option<PathBuf> {
    uris::to_path(uri).map(|path| tidy(&path))
}

/// Reads the parameters of a request, and writes its result.
fn with<P: DeserializeOwned, R: serde::Serialize>(
    params: Json,
    answer: impl FnOnce(P) -> Result<R, String>,
) -> Answer {
    let params = serde_json::from_value(params).map_err(|error| error.to_string())?;
    serde_json::to_value(answer(params)?).map_err(|error| error.to_string())
}
