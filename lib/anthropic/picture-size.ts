export interface Size {
  width: number;
  height: number;
}

/**
 * Width and height of a picture, read from the header of its file.
 * @param file the file or its beginning; a JPEG may need its first 64 KB, the others 32 bytes
 * @returns undefined for a format other than PNG, JPEG, GIF and WebP, or a file cut too early
 */
export function pictureSize(file: Buffer): Size | undefined {
  if (file.length < 30) return undefined;
  if (file.toString("latin1", 1, 4) === "PNG") return { width: file.readUInt32BE(16), height: file.readUInt32BE(20) };
  if (file.toString("latin1", 0, 3) === "GIF") return { width: file.readUInt16LE(6), height: file.readUInt16LE(8) };
  if (file.readUInt16BE(0) === 0xffd8) return jpegSize(file);
  if (file.toString("latin1", 8, 12) === "WEBP") return webpSize(file);
  return undefined;
}

/** Walks over the segments to the frame header (SOF0 to SOF15, but for the three of that range that are none). */
function jpegSize(file: Buffer): Size | undefined {
  let at = 2;
  while (at + 9 <= file.length) {
    if (file[at] !== 0xff) return undefined;
    const marker = file.readUInt8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { height: file.readUInt16BE(at + 5), width: file.readUInt16BE(at + 7) };
    at += marker === 0xff ? 1 : 2 + file.readUInt16BE(at + 2);
  }
  return undefined;
}

function webpSize(file: Buffer): Size | undefined {
  switch (file.toString("latin1", 12, 16)) {
    case "VP8 ":
      return { width: file.readUInt16LE(26) & 0x3fff, height: file.readUInt16LE(28) & 0x3fff };
    case "VP8L": {
      const bits = file.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case "VP8X":
      return { width: file.readUIntLE(24, 3) + 1, height: file.readUIntLE(27, 3) + 1 };
    default:
      return undefined;
  }
}
