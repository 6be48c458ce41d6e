import { useLayoutEffect, useRef, useState } from "react";

const WORDS = "salt tar oranges rope lantern kettle compass willow copper linen slate cork".split(" ");

// Lays itself out by measuring, under `transition: all`, as many component libraries do.
function Measured({ children }) {
  const box = useRef(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const at = box.current;
    at.style.width = "100px";
    at.offsetWidth;
    at.style.width = "260px";
    setWidth(at.offsetWidth);
  }, []);
  return <div ref={box} className="measured">{children} is {width} px wide</div>;
}

export function Home() {
  return (
    <main>
      <h1>What lies on the quay</h1>
      {WORDS.map((word) => <Measured key={word}>{word}</Measured>)}
      <p className="wheel" aria-hidden="true" />
      <textarea autoFocus defaultValue="A caret blinks here." />
    </main>
  );
}
