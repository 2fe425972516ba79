import type { Schema } from "./schema.ts";

interface ClientTool {
  /** The name under which the client expects the calls. */
  name: string;
  description: string;
  schema: Schema;
}

const text = (description: string) => ({ type: "string", description });
const whole = (description: string) => ({ type: "integer", description });
const point = (description: string) => ({
  type: "array",
  items: { type: "integer" },
  minItems: 2,
  maxItems: 2,
  description,
});

const EDITS = {
  command: { type: "string", enum: ["view", "create", "str_replace", "insert"], description: "What to do." },
  path: text("Absolute path of the file or directory."),
  view_range: {
    type: "array",
    items: { type: "integer" },
    description: "First and last line to view; -1 is the last.",
  },
  file_text: text("Content of the file to create."),
  old_str: text("Text to replace; must occur exactly once."),
  new_str: text("Text to put in its place, or to insert."),
  insert_line: whole("Line after which to insert; 0 is the beginning."),
};

/**
 * Tools that Anthropic defines and the client executes. Other vendors know them by no name, so they get them as plain
 * functions with these schemas. Keys are the beginnings of the tool's `type`.
 */
const CLIENT_TOOLS: Readonly<Record<string, ClientTool>> = {
  bash_: {
    name: "bash",
    description: "Runs a command in a shell that keeps its state between calls.",
    schema: {
      type: "object",
      properties: {
        command: text("The command to run."),
        restart: { type: "boolean", description: "Start the shell anew instead." },
      },
    },
  },
  text_editor_: {
    name: "str_replace_based_edit_tool",
    description: "Views, creates and edits text files.",
    schema: { type: "object", properties: EDITS, required: ["command", "path"] },
  },
  memory_: {
    name: "memory",
    description: "Keeps notes in files below /memories that last between conversations.",
    schema: {
      type: "object",
      properties: {
        ...EDITS,
        command: { type: "string", enum: ["view", "create", "str_replace", "insert", "delete", "rename"] },
        insert_text: text("Text to insert."),
        old_path: text("Path to rename."),
        new_path: text("New path."),
      },
      required: ["command"],
    },
  },
  computer_2: {
    name: "computer",
    description: "Looks at the screen and uses mouse and keyboard.",
    schema: {
      type: "object",
      properties: {
        action: text(
          "screenshot, left_click, right_click, double_click, mouse_move, type, key, scroll, wait, and so on.",
        ),
        coordinate: point("Where, in pixels: x and y."),
        start_coordinate: point("Where a drag begins."),
        text: text("Text to type, or keys to press."),
        scroll_direction: { type: "string", enum: ["up", "down", "left", "right"] },
        scroll_amount: whole("How far to scroll."),
        duration: { type: "number", description: "Seconds to wait or to hold." },
        region: { type: "array", items: { type: "integer" }, description: "Part of the screen to zoom into." },
      },
      required: ["action"],
    },
  },
};

/** The plain function that stands for one of Anthropic's typed client tools; undefined for other types. */
export function typedClientTool(type: string): ClientTool | undefined {
  return Object.entries(CLIENT_TOOLS).find(([prefix]) => type.startsWith(prefix))?.[1];
}
