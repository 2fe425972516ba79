import { useSignal } from "@preact/signals";
import { bytes } from "../words/format.ts";
import { change, form } from "./trial.ts";

/** What Anthropic's API takes. https://docs.anthropic.com/en/docs/build-with-claude/vision */
const MEDIA_TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const LARGEST = 5_000_000;

/** A picture that goes along with the message. */
export function ImageChoice() {
  const problem = useSignal<string | undefined>(undefined);
  const { image } = form.value;
  const take = async (file: File | undefined) => {
    problem.value = undefined;
    if (!file) return;
    if (!MEDIA_TYPES.includes(file.type)) problem.value = "A PNG, JPEG, GIF or WebP picture is needed.";
    else if (file.size > LARGEST) problem.value = `It has ${bytes(file.size)}; at most ${bytes(LARGEST)} are taken.`;
    else change({ image: { name: file.name, mediaType: file.type, data: await base64(file) } });
  };
  return (
    <div class="image-choice">
      <label for="trial-image">Picture</label>
      {image ? (
        <p class="buttons">
          <img src={`data:${image.mediaType};base64,${image.data}`} alt="" />
          <span class="small">{image.name}</span>
          <button type="button" class="button small" onClick={() => change({ image: undefined })}>
            Take it off
          </button>
        </p>
      ) : (
        <input
          id="trial-image"
          type="file"
          accept={MEDIA_TYPES.join()}
          onChange={(event) => void take(event.currentTarget.files?.[0])}
        />
      )}
      {problem.value !== undefined && (
        <p class="small bad-text" role="alert">
          {problem.value}
        </p>
      )}
    </div>
  );
}

function base64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^data:[^,]*,/, ""));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
