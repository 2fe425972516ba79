/** Saving what can be tried out first: what does not work is kept back until the user wants it all the same. */
import { useSignal } from "@preact/signals";
import { type Change, saveChanges } from "../state/edit.ts";

/** Tries changes out without saving them. @returns why they had better not be saved; undefined where they work */
export type Check = (changes: Change[]) => Promise<string | undefined>;

export interface TriedSave {
  trying: boolean;
  /** Why it was kept back. */
  refused: string | undefined;
  /** @returns whether it was saved */
  save(changes: Change[]): Promise<boolean>;
  /** Saves what does not work, too. @returns whether it was saved */
  saveAnyway(changes: Change[]): Promise<boolean>;
  /** For when something else is typed. */
  forget(): void;
}

/** @param check without one, everything is saved at once */
export function useTriedSave(label: string, check: Check | undefined): TriedSave {
  const trying = useSignal(false);
  const refused = useSignal<string | undefined>(undefined);
  const forget = () => {
    refused.value = undefined;
  };
  const saveAnyway = async (changes: Change[]) => {
    const saved = await saveChanges(label, ...changes);
    if (saved) forget();
    return saved;
  };
  const save = async (changes: Change[]) => {
    if (trying.value) return false;
    trying.value = check !== undefined;
    refused.value = await check?.(changes);
    const saved = refused.value === undefined && (await saveAnyway(changes));
    trying.value = false;
    return saved;
  };
  return { trying: trying.value, refused: refused.value, save, saveAnyway, forget };
}

export const TRYING_HINT = "It is tried out before it is saved …";

export function SaveAnyway({ onClick }: { onClick: () => void }) {
  return (
    <p class="buttons">
      <button type="button" class="button small" onClick={onClick}>
        Save it all the same
      </button>
    </p>
  );
}
