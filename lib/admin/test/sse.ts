export interface ServerEvent {
  event: string;
  data: string;
}

/**
 * Reads server-sent events from text that arrives cut anywhere. What belongs to an unfinished event is kept until the rest
 * of it comes. https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export class EventReader {
  #rest = "";

  push(text: string): ServerEvent[] {
    // A carriage return at the end may be half of a line end.
    const all = this.#rest + text;
    const blocks = all.split(/\r\n\r\n|\n\n|\r\r(?!$)/);
    this.#rest = blocks.pop() ?? "";
    return blocks.flatMap((block) => readBlock(block));
  }
}

function readBlock(block: string): ServerEvent[] {
  let event = "message";
  const data: string[] = [];
  for (const line of block.split(/\r\n|\n|\r/)) {
    const [, name, value = ""] = /^([^:]+)(?:: ?(.*))?$/.exec(line) ?? [];
    if (name === "event") event = value;
    else if (name === "data") data.push(value);
  }
  return data.length === 0 ? [] : [{ event, data: data.join("\n") }];
}
