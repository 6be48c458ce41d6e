import { useEffect, useState } from "react";

export default function Board() {
  const [cards, setCards] = useState([]);
  useEffect(() => {
    const timer = setInterval(() => setCards((before) => (before.length < 18 ? [...before, before.length] : before)), 60);
    return () => clearInterval(timer);
  }, []);
  return (
    <main className="board">
      {cards.map((card) => <article key={card} className="card">Berth {card + 1}<svg viewBox="0 0 100 30"><path d={`M0 ${25 - card} L50 ${5 + card} L100 15`} /></svg></article>)}
    </main>
  );
}
