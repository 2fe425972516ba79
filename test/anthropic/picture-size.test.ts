import fc from "fast-check";
import { expect, test } from "vitest";
import { pictureSize } from "../../lib/anthropic/picture-size.ts";

const padded = (...parts: (string | number[] | Buffer)[]) =>
  Buffer.concat([
    ...parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part))),
    Buffer.alloc(40),
  ]);

/** A JPEG's segment: marker and content, whose length includes the two bytes that tell it. */
function segment(marker: number, content: number[] | Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, Buffer.from(content)]);
}

const frame = (marker: number) => segment(marker, [8, 0x01, 0x2c, 0x02, 0x58, 3]);

test.each([
  ["PNG", padded("\x89PNG\r\n\x1a\n", [0, 0, 0, 13], "IHDR", [0, 0, 2, 0x58, 0, 0, 1, 0x2c]), 600, 300],
  ["GIF", padded("GIF89a", [0x58, 0x02, 0x2c, 0x01]), 600, 300],
  ["JPEG", padded([0xff, 0xd8], segment(0xe0, [1, 2, 3]), frame(0xc0)), 600, 300],
  [
    "JPEG, progressive, behind a long EXIF and tables",
    padded([0xff, 0xd8], segment(0xe1, Buffer.alloc(60_000)), segment(0xc4, [1]), frame(0xc2)),
    600,
    300,
  ],
  ["JPEG with fill bytes", padded([0xff, 0xd8, 0xff, 0xff], frame(0xc0).subarray(1)), 600, 300],
  [
    "WebP, lossy",
    padded("RIFF\0\0\0\0WEBPVP8 ", [0, 0, 0, 0, 0, 0, 0, 0x9d, 0x01, 0x2a, 0x58, 0x02, 0x2c, 0x01]),
    600,
    300,
  ],
  ["WebP, lossless", padded("RIFF\0\0\0\0WEBPVP8L", [0, 0, 0, 0, 0x2f, 0x57, 0xc2, 0x4a, 0x00]), 600, 300],
  ["WebP, extended", padded("RIFF\0\0\0\0WEBPVP8X", [0, 0, 0, 0, 0, 0, 0, 0, 0x57, 0x02, 0, 0x2b, 0x01, 0]), 600, 300],
])("%s", (_, file, width, height) => {
  expect(pictureSize(file)).toEqual({ width, height });
});

test.each([
  ["nothing", Buffer.alloc(0)],
  ["too little", Buffer.from("\x89PNG", "latin1")],
  ["another format", padded("BM")],
  ["a JPEG without a frame", padded([0xff, 0xd8], segment(0xe0, [1, 2, 3]))],
  ["a JPEG of nonsense", padded([0xff, 0xd8, 1, 2, 3])],
  ["an unknown kind of WebP", padded("RIFF\0\0\0\0WEBPXXXX")],
])("%s has no size", (_, file) => {
  expect(pictureSize(file)).toBeUndefined();
});

test("property: any bytes behind any format's beginning do no harm", () => {
  const beginnings = fc.constantFrom("\x89PNG", "GIF89a", "\xff\xd8", "RIFF\0\0\0\0WEBPVP8X", "");
  fc.assert(
    fc.property(beginnings, fc.uint8Array({ maxLength: 200 }), (beginning, rest) => {
      const size = pictureSize(Buffer.concat([Buffer.from(beginning, "latin1"), rest]));
      expect(size === undefined || size.width >= 0).toBe(true);
    }),
  );
});
