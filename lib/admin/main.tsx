import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/frame.css";
import "./styles/parts.css";
import "./styles/story.css";
import "./styles/sums.css";
import "./styles/edit.css";
import { render } from "preact";
import { App } from "./app.tsx";
import { connect } from "./state/connection.ts";

const root = document.getElementById("app");
if (!root) throw new Error("index.html has lost its #app");
connect();
render(<App />, root);
