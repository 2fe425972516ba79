import type { StatusView } from "../../server/admin/views.ts";

/** Another version lies ready on this machine: it runs from the next start on. */
export function NewVersion({ status: { version, installed_version: next } }: { status: StatusView }) {
  if (next === undefined) return null;
  return (
    <div class="message info" role="status">
      <div>
        <strong>
          Version {next} is installed; {version} is running.
        </strong>{" "}
        Restart to use it, open streams finish first: <code>ccmctl restart</code>
      </div>
    </div>
  );
}
