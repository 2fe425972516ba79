import type { Block } from "../../anthropic/types.ts";
import { BadOpenAiRequest } from "./parts.ts";

const TEXT_TYPE = /^text\/|[/+](?:json|xml|yaml|x-yaml|toml|javascript|typescript|x-sh|sql)$/;

/** What a file is, by the ending of its name, where its data does not say. */
const ENDINGS: readonly (readonly [RegExp, string])[] = [
  [/\.(?:png|gif|webp)$/i, "image/"],
  [/\.jpe?g$/i, "image/jpeg"],
  [
    /\.(?:txt|md|csv|tsv|log|json|jsonl|xml|html?|css|ya?ml|toml|ini|sql|sh|[cm]?[jt]sx?|py|rb|go|rs|java|c|h|cpp)$/i,
    "text/plain",
  ],
  [/./, "application/pdf"],
];

interface Inline {
  mediaType: string;
  base64: string;
}

/**
 * An image by its address or its `data:` URL.
 * @param where of the request it stands
 * @throws {BadOpenAiRequest} for one that is neither
 */
export function imageOf(url: unknown, where: string): Block {
  const inline = inlineOf(url, where);
  if (inline) return imageBlock(inline);
  if (isAddress(url)) return { type: "image", source: { type: "url", url } };
  throw new BadOpenAiRequest(`${where}: an image is needed by its https:// address or as a data: URL`, where);
}

/** A file as a part of a message gives it. */
export interface FilePart {
  /** A `data:` URL, or nothing but base64. */
  file_data?: unknown;
  file_url?: unknown;
  filename?: unknown;
}

/**
 * A file that every provider's model can be given: a PDF, an image, or text.
 * @throws {BadOpenAiRequest} for any other, and for one that only OpenAI's store holds
 */
export function fileOf({ file_data: data, file_url: address, filename }: FilePart, where: string): Block {
  const name = typeof filename === "string" ? filename : "";
  const url = data ?? address;
  const title = name !== "" && { title: name };
  if (isAddress(url)) return { type: "document", source: { type: "url", url }, ...title };
  const inline = inlineOf(url, where) ?? bare(url, name);
  if (!inline)
    throw new BadOpenAiRequest(`${where}: a file is needed as file_data; nothing is stored here to refer to`, where);
  const { mediaType, base64 } = { ...inline, mediaType: inline.mediaType || typeByName(name) };
  if (mediaType.startsWith("image/")) return imageBlock({ mediaType, base64 });
  if (mediaType === "application/pdf")
    return { type: "document", source: { type: "base64", media_type: mediaType, data: base64 }, ...title };
  if (!TEXT_TYPE.test(mediaType))
    throw new BadOpenAiRequest(
      `${where}: a file of the type ${mediaType} is not supported; PDF, images and text are`,
      where,
    );
  const text = Buffer.from(base64, "base64").toString("utf8");
  return { type: "document", source: { type: "text", media_type: "text/plain", data: text }, ...title };
}

function imageBlock({ mediaType, base64 }: Inline): Block {
  const media_type = mediaType === "image/jpg" ? "image/jpeg" : mediaType;
  return { type: "image", source: { type: "base64", media_type, data: base64 } };
}

/** @throws {BadOpenAiRequest} for a `data:` URL that is not base64 */
function inlineOf(url: unknown, where: string): Inline | undefined {
  if (typeof url !== "string" || !/^data:/i.test(url)) return undefined;
  const comma = url.indexOf(",");
  const [type = "", ...parameters] = url.slice("data:".length, comma).toLowerCase().split(";");
  if (comma === -1 || parameters.at(-1)?.trim() !== "base64")
    throw new BadOpenAiRequest(`${where}: a data: URL is needed in the form data:TYPE;base64,DATA`, where);
  const mediaType = type === "application/octet-stream" ? "" : type.trim();
  return { mediaType, base64: url.slice(comma + 1) };
}

/** Clients that read the reference to the letter send nothing but the base64. */
function bare(data: unknown, name: string): Inline | undefined {
  if (typeof data !== "string" || data === "" || !/^[\w+/=\s-]+$/.test(data)) return undefined;
  return { mediaType: typeByName(name), base64: data };
}

function typeByName(name: string): string {
  const ending = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase();
  const type = ENDINGS.find(([names]) => names.test(name || "."))?.[1] ?? "application/pdf";
  return type === "image/" ? `image/${ending}` : type;
}

function isAddress(url: unknown): url is string {
  return typeof url === "string" && /^(?!data:)[a-z][\w+.-]*:\/\//i.test(url);
}
