import type { Tool } from "../../anthropic/types.ts";

type Properties = Record<string, { type: string; description: string; [key: string]: unknown }>;

function tool(name: string, description: string, properties: Properties, required = Object.keys(properties)): Tool {
  return {
    name,
    description,
    input_schema: {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      properties,
      required,
      additionalProperties: false,
    },
  };
}

const path = { type: "string", description: "Absolute path of the file" };

/** Tools like those that a coding agent offers: enough of them, and with real schemas, for a realistic request. */
export const DEMO_TOOLS: readonly Tool[] = [
  tool(
    "Bash",
    "Runs a shell command and returns its output. The working directory stays between calls, shell state does not.",
    {
      command: { type: "string", description: "The command to run" },
      timeout: { type: "number", description: "Milliseconds until it is stopped" },
      description: { type: "string", description: "What the command does, in five to ten words" },
      run_in_background: { type: "boolean", description: "Return at once; read the output later" },
    },
    ["command"],
  ),
  tool(
    "Read",
    "Reads a file. Returns its lines with their numbers; images and PDF files are shown as what they are.",
    {
      file_path: path,
      offset: { type: "number", description: "First line to read" },
      limit: { type: "number", description: "How many lines" },
    },
    ["file_path"],
  ),
  tool(
    "Edit",
    "Replaces an exact piece of text in a file. Fails when the piece is not there, or there more than once.",
    {
      file_path: path,
      old_string: { type: "string", description: "The text to replace" },
      new_string: { type: "string", description: "The text to put in its place" },
      replace_all: { type: "boolean", description: "Replace every occurrence", default: false },
    },
    ["file_path", "old_string", "new_string"],
  ),
  tool("Write", "Writes a whole file, replacing the one that is there.", {
    file_path: path,
    content: { type: "string", description: "The whole content" },
  }),
  tool(
    "Glob",
    "Finds files by a pattern such as src/**/*.ts, most recently changed first.",
    {
      pattern: { type: "string", description: "The pattern" },
      path: { type: "string", description: "Directory to search in" },
    },
    ["pattern"],
  ),
  tool(
    "Grep",
    "Searches file contents with a regular expression.",
    {
      pattern: { type: "string", description: "The regular expression" },
      path: { type: "string", description: "File or directory to search in" },
      glob: { type: "string", description: "Only files that match this pattern" },
      output_mode: { type: "string", description: "What to return", enum: ["content", "files", "count"] },
    },
    ["pattern"],
  ),
  tool(
    "Agent",
    "Hands a task with several steps to another agent, which works on its own and reports once.",
    {
      description: { type: "string", description: "The task in three to five words" },
      prompt: { type: "string", description: "The task in full" },
      subagent_type: { type: "string", description: "Which kind of agent" },
      model: { type: "string", description: "Model for this agent", enum: ["sonnet", "opus", "haiku"] },
    },
    ["description", "prompt"],
  ),
  tool("WebFetch", "Reads a web page and answers a question about it.", {
    url: { type: "string", description: "Address of the page", format: "uri" },
    prompt: { type: "string", description: "What to find out" },
  }),
  tool(
    "WebSearch",
    "Searches the web and returns titles and addresses.",
    {
      query: { type: "string", description: "What to look for", minLength: 2 },
      allowed_domains: { type: "array", description: "Only these sites", items: { type: "string" } },
    },
    ["query"],
  ),
  tool("TodoWrite", "Keeps the list of tasks for this session.", {
    todos: {
      type: "array",
      description: "The whole list",
      items: {
        type: "object",
        properties: {
          content: { type: "string", minLength: 1 },
          status: { type: "string", enum: ["pending", "in_progress", "completed"] },
        },
        required: ["content", "status"],
      },
    },
  }),
  tool(
    "NotebookEdit",
    "Replaces, inserts or deletes one cell of a notebook.",
    {
      notebook_path: path,
      cell_id: { type: "string", description: "The cell" },
      new_source: { type: "string", description: "Its new content" },
      edit_mode: { type: "string", description: "What to do", enum: ["replace", "insert", "delete"] },
    },
    ["notebook_path", "new_source"],
  ),
  tool("Skill", "Loads written instructions for a kind of task.", {
    skill: { type: "string", description: "Name of the instructions" },
  }),
];
