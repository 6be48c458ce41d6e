import { useEffect, useRef } from "react";

export default function Report() {
  const canvas = useRef(null);
  useEffect(() => {
    const pen = canvas.current.getContext("2d");
    let drawn = 0;
    const draw = () => {
      pen.fillStyle = `hsl(${drawn * 12} 60% 50%)`;
      pen.fillRect(drawn * 12, 120 - ((drawn * 37) % 110), 9, 120);
      if (++drawn < 40) requestAnimationFrame(draw);
    };
    draw();
  }, []);
  const seen = (node) => {
    if (!node) return;
    new IntersectionObserver((entries) => entries.forEach((entry) => entry.isIntersecting && node.classList.add("seen"))).observe(node);
  };
  return (
    <main>
      <h1>Report</h1>
      <canvas ref={canvas} width="480" height="130" />
      {Array.from({ length: 12 }, (_, at) => <section key={at} ref={seen} className="reveal"><h2>Week {at + 1}</h2><p>{"Nothing to report but wind. ".repeat(at + 2)}</p></section>)}
    </main>
  );
}
