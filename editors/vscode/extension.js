// Starts the language server of Spanwright.

const { workspace, commands } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

function start() {
  const command = workspace.getConfiguration("spanwright").get("server.path") || "spanwright-lsp";
  client = new LanguageClient(
    "spanwright",
    "Spanwright",
    { command, args: [] },
    {
      documentSelector: [
        { scheme: "file", language: "span" },
        { scheme: "file", pattern: "**/pack.toml" },
      ],
      synchronize: { fileEvents: workspace.createFileSystemWatcher("**/{*.span,pack.toml,*.tsv}") },
    },
  );
  return client.start();
}

async function activate(context) {
  const restart = async () => {
    await client?.stop();
    await start();
  };
  context.subscriptions.push(
    commands.registerCommand("spanwright.restart", restart),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("spanwright.server.path")) {
        return restart();
      }
    }),
  );
  await start();
}

function deactivate() {
  return client?.stop();
}

module.exports = { activate, deactivate };
