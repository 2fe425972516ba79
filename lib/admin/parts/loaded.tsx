import type { ComponentChildren } from "preact";
import type { Resource } from "../state/resource.ts";
import { Problem, Waiting } from "./messages.tsx";

/** Shows something read from the API: a placeholder, then it; and why it could not be read (again). */
export function Loaded<T>({
  from,
  what,
  children,
}: {
  from: Resource<T>;
  what: string;
  children: (value: T) => ComponentChildren;
}) {
  const value = from.data.value;
  const problem = from.problem.value;
  return (
    <>
      {problem !== undefined && <Problem>{problem}</Problem>}
      {value === undefined ? problem === undefined && <Waiting what={what} /> : children(value)}
    </>
  );
}
