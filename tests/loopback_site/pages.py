"""The pages of the tests' site; each is about one thing that a browser session must bear."""

from __future__ import annotations

HOME = """<!doctype html><title>Chairs</title><meta name=viewport content="width=device-width">
<style>body{margin:0;font:16px sans-serif;color:#222} header{background:#234;color:#fff;padding:16px} main{padding:24px}
.row{display:flex;gap:16px;flex-wrap:wrap} .card{border:1px solid #ccc;border-radius:8px;padding:16px;width:220px}</style>
<header><h1>Chairs and tables</h1><nav><a href="/other">Other page</a></nav></header>
<main><div class=row><article class=card id=oak data-test=chair><h2>Oak chair</h2><p>It stands on four legs.</p><button onclick="document.title='bought';
document.getElementById('count').textContent='1'">Buy now</button></article>
<article class=card><h2>Pine table</h2><p>It carries a lot.</p><button>Buy later</button></article></div>
<p>In the basket: <b id=count class=basket-count>0</b></p><p class=stamp>Updated <span id=now></span></p></main>"""

HOVER = """<!doctype html><title>Hover</title><style>body{margin:0} a{display:block;width:400px;height:200px;background:#eee}
a:hover{background:#c00}</style><a href="/hover#next">Go on</a>"""

OTHER = "<!doctype html><title>Other</title><h1>Another page</h1><p>Nothing moves here.</p>"

FORM = """<!doctype html><title>Sign in</title><style>body{font:18px sans-serif;margin:40px} input{display:block;font:18px monospace;margin:8px 0 16px;width:320px}</style>
<form onsubmit="event.preventDefault(); document.getElementById('said').textContent = 'Hello ' + document.getElementById('email').value;
document.getElementById('echo').textContent = 'Your word is ' + document.getElementById('word').value; console.log('word=' + document.getElementById('word').value);">
<label>Email <input id=email placeholder="you@example.org"></label><label>Password <input id=word type=text></label>
<label>Locked <input id=locked disabled value=no></label><button>Sign in</button></form><p id=said></p><p id=echo></p>
<div style="position:relative;width:200px"><button id=under>Under it</button><div id=veil style="position:absolute;inset:0;background:#0003"></div></div>
<button style="display:none" id=ghost>Ghost</button>"""

MOVING = """<!doctype html><title>Moving</title><body style="margin:0;font:20px sans-serif"><h1>Two things</h1>
<style>@keyframes fade{from{opacity:0}to{opacity:1}} @keyframes spin{to{transform:rotate(360deg)}}
.fade{animation:fade 3s forwards;opacity:0} .spin{animation:spin 1s linear infinite;width:60px;height:60px;background:teal;margin:20px}</style>
<p class=fade>I fade in</p><div class=spin></div><input autofocus value="a caret blinks here">
<div id=web style="width:50px;height:50px;background:tomato"></div>
<script>document.getElementById('web').animate([{marginLeft:'0'},{marginLeft:'300px'}],{duration:700,iterations:Infinity})</script>"""

TICKING = """<!doctype html><title>Ticking</title><body style="font:24px monospace"><h1>Still</h1><section class=board><div>It is <span class="clock face">0</span></div></section>
<script>let n=0; setInterval(()=>document.querySelector('.clock').textContent = 1000 + (n++ % 9000), 15)</script>"""

SLOW_PARTS = """<!doctype html><title>Slow</title><style>@font-face{font-family:late;src:url(/slow/font.ttf?ms=400)} body{font:20px late,serif;margin:20px}</style>
<h1>Late font</h1><img src="/slow/picture.png?ms=500" width=120 height=80 alt="Late picture"><div id=part aria-busy=true>loading...</div>
<div id=app style="display:none">app</div>
<script>setTimeout(()=>{const p=document.getElementById('part');p.textContent='loaded';p.removeAttribute('aria-busy')},700);
setTimeout(()=>document.getElementById('app').style.display='block',900)</script>"""

RESTLESS = """<!doctype html><title>Restless</title><h1>Never quiet</h1><script>fetch('/hang?a=1').catch(()=>0);fetch('/hang?b=2').catch(()=>0)</script>"""

LAZY = """<!doctype html><title>Lazy</title><meta name=viewport content="width=device-width"><body style="margin:0"><style>section{height:900px}</style>
<header style="position:sticky;top:0;background:#234;color:#fff;height:40px">Sticky</header>
<section>one</section><section>two</section><section>three</section><section>four<br><img loading=lazy src=/picture.png width=200 height=100 alt=lazy></section>
<section id=seen>five</section><div style="position:fixed;bottom:0;left:0;width:100%;height:50px;background:gold" id=bar>A bar</div>
<script>new IntersectionObserver((all)=>all.forEach(e=>{if(e.isIntersecting)e.target.textContent='five was seen'})).observe(document.getElementById('seen'))</script>"""

TROUBLE = """<!doctype html><title>Trouble</title><h1>Trouble</h1><img src=/missing.png alt=gone width=40 height=40><img src=/not-a-picture.png alt=odd width=40 height=40>
<script src=/missing.js></script><script>console.error('the basket is broken', 42); console.error('the basket is broken', 42); console.log('fine');
setTimeout(()=>{throw new TypeError('price is undefined')}, 0); fetch('/drop').catch(()=>0);</script>"""

DIALOGS = """<!doctype html><title>Dialogs</title><button id=alert onclick="alert('watch out')">Alert</button>
<button id=confirm onclick="document.getElementById('said').textContent = confirm('Delete all?') ? 'deleted' : 'kept'">Confirm</button>
<button id=popup onclick="window.open('/other')">Popup</button><a id=download href=/file.csv download>Download</a><p id=said>nothing</p>
<input id=dirty><script>addEventListener('beforeunload',(e)=>{e.preventDefault();e.returnValue='x'})</script><a id=away href=/other>Away</a>"""

FRAMES = """<!doctype html><title>Frames</title><body style="margin:0"><h1>Above</h1><iframe name=card-1 src=/form style="border:5px solid #888;width:600px;height:500px"></iframe>"""

ELSEWHERE = '<!doctype html><title>Out</title><a id=out href="http://localhost:{port}/other">Elsewhere</a>'
HANGING = "<!doctype html><title>Hang</title><button id=hang onclick='for(;;);'>Hang</button>"
TALL = "<!doctype html><title>Tall</title><body style='margin:0'><h1>Top</h1><div style='height:60000px;background:linear-gradient(#fff,#246)'></div>"
ERROR = "<!doctype html><title>Broken</title><h1>Something went wrong</h1>"
SHADOW = """<!doctype html><title>Shadow</title><x-card></x-card><script>customElements.define('x-card', class extends HTMLElement{constructor(){super();
this.attachShadow({mode:'open'}).innerHTML='<button class=inner>In the shadow</button>'}})</script>"""
ENDLESS = """<!doctype html><title>Endless</title><div id=list></div><script>const add=()=>{for(let i=0;i<5;i++){const p=document.createElement('p');p.textContent='item';p.style.height='300px';
document.getElementById('list').append(p)}};add();addEventListener('scroll',add)</script>"""

VISITS = """<!doctype html><title>Visits</title><meta name=viewport content="width=device-width"><p>Visit <b id=count></b></p>
<style>#wide{display:none} @media (min-width:350px){#wide{display:block}}</style><p id=wide>Wide enough</p>
<script>localStorage.n = Number(localStorage.n || 0) + 1; document.getElementById('count').textContent = localStorage.n</script>"""

BUSY = "<!doctype html><title>Busy</title><h1>Wait</h1><div id=spinner aria-busy=true>...</div>"

WIDE = "<!doctype html><title>Wide</title><body style='margin:0'><div style='height:3000px'><h1 style='margin:100px;width:500px;height:80px;background:#a00'>For desks</h1></div>"

FLOOD = "<!doctype html><title>Flood</title><script>for (let i = 0; i < 1000; i++) console.error('error ' + i + ' ' + 'x'.repeat(3000))</script>"

PAGES = {
    "/flood": FLOOD,
    "/wide": WIDE,
    "/busy": BUSY,
    "/visits": VISITS,
    "/": HOME,
    "/hover": HOVER,
    "/other": OTHER,
    "/form": FORM,
    "/moving": MOVING,
    "/ticking": TICKING,
    "/slow-parts": SLOW_PARTS,
    "/restless": RESTLESS,
    "/lazy": LAZY,
    "/trouble": TROUBLE,
    "/dialogs": DIALOGS,
    "/frames": FRAMES,
    "/elsewhere": ELSEWHERE,
    "/hanging": HANGING,
    "/tall": TALL,
    "/shadow": SHADOW,
    "/endless": ENDLESS,
}
