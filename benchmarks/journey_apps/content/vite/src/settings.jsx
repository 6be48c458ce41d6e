import { useEffect, useRef } from "react";

export default function Settings() {
  const dialog = useRef(null);
  useEffect(() => { if (!dialog.current.open) dialog.current.showModal(); }, []);
  return (
    <main>
      <h1>Settings</h1>
      {["Name", "Harbour", "Pilot"].map((label) => <label key={label}>{label}<input defaultValue={label.toLowerCase()} /></label>)}
      <dialog ref={dialog}><h2>Before you go on</h2><p>Nothing has been saved yet.</p><button autoFocus>Understood</button></dialog>
    </main>
  );
}
