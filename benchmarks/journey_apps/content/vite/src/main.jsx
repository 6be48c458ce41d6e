import { StrictMode, Suspense, lazy } from "react";
import { createRoot } from "react-dom/client";
import "./style.css";
import { Home } from "./home.jsx";

const PAGES = {
  "/": Home,
  "/board": lazy(() => import("./board.jsx")),
  "/settings": lazy(() => import("./settings.jsx")),
  "/report": lazy(() => import("./report.jsx")),
};
const Page = PAGES[location.pathname] ?? Home;

createRoot(document.getElementById("root")).render(
  <StrictMode>
    <header><b>Quay</b>{Object.keys(PAGES).map((path) => <a key={path} href={path} aria-current={path === location.pathname ? "page" : undefined}>{path.slice(1) || "home"}</a>)}</header>
    <Suspense fallback={<p className="skeleton">Loading …</p>}><Page /></Suspense>
  </StrictMode>,
);
