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
ENDLESS = """<!doctype html><title>Endless</title><div id=list></div><hr><script>const add=()=>{for(let i=0;i<5;i++){const p=document.createElement('p');p.textContent='item';p.style.height='300px';
document.getElementById('list').append(p)}};add();new IntersectionObserver(add,{rootMargin:'300px'}).observe(document.getElementById('list').nextElementSibling);
setInterval(()=>{if(document.documentElement.scrollHeight-scrollY-innerHeight<400)add()},5)</script>"""

VISITS = """<!doctype html><title>Visits</title><meta name=viewport content="width=device-width"><p>Visit <b id=count></b></p>
<style>#wide{display:none} @media (min-width:350px){#wide{display:block}}</style><p id=wide>Wide enough</p>
<script>localStorage.n = Number(localStorage.n || 0) + 1; document.getElementById('count').textContent = localStorage.n</script>"""

BUSY = "<!doctype html><title>Busy</title><h1>Wait</h1><div id=spinner aria-busy=true>...</div>"

WIDE = "<!doctype html><title>Wide</title><body style='margin:0'><div style='height:3000px'><h1 style='margin:100px;width:500px;height:80px;background:#a00'>For desks</h1></div>"

FLOOD = "<!doctype html><title>Flood</title><script>for (let i = 0; i < 1000; i++) console.error('error ' + i + ' ' + 'x'.repeat(3000))</script>"

PROBES = """<!doctype html><title>Probes</title><style>html{scroll-behavior:smooth} body{margin:0;height:4000px} #all{transition:all .3s;width:50px}
#fade{animation:fade .4s forwards} @keyframes fade{from{opacity:.2}to{opacity:1}} #spin{animation:turn 2s linear infinite} @keyframes turn{to{transform:rotate(360deg)}}
#late{width:10px;transition:width .25s}</style><div id=all>all</div><p id=fade>fade</p><p id=spin>spin</p><p id=late>late</p><input id=field autofocus><pre id=out></pre>
<script>const out=[], at=id=>document.getElementById(id), style=(id,name)=>getComputedStyle(at(id))[name];
at('all').style.width='100px'; out.push(at('all').offsetWidth); at('all').style.width='500px'; out.push(at('all').offsetWidth);
for (const [id,name] of [['all','transitionDuration'],['all','transitionProperty'],['fade','animationDuration'],['spin','animationIterationCount'],['field','caretColor'],
['late','transitionDelay']]) out.push(style(id,name)); out.push(getComputedStyle(document.documentElement).scrollBehavior);
out.push(document.adoptedStyleSheets.length, document.styleSheets.length, document.documentElement.outerHTML.length > 100, Element.prototype.attachShadow.toString().includes('native'));
const root=at('late').attachShadow({mode:'open'}); out.push(root.adoptedStyleSheets.length);
scrollTo(0,1500); out.push('scroll ' + (scrollY < 1500)); scrollTo({top:0,behavior:'instant'});
at('late').addEventListener('transitionend', (e) => { const ms = performance.now() - since; out.push('ended ' + e.propertyName + ' ' + (ms > 200)); done() });
const since=performance.now(); at('late').offsetWidth; at('late').style.width='90px';
const done=()=>{ at('out').textContent = JSON.stringify(out); document.title='done' };</script>"""

# Notes everything that taking a picture could do to it, from when it is told to.
WITNESS = """<!doctype html><title>Witness</title><style>body{margin:0;height:3000px;font:16px sans-serif} #menu{visibility:hidden;position:absolute;top:60px;left:300px} #menu.open{visibility:visible;background:gold}
header{position:sticky;top:0;height:40px;background:#234;color:#fff} #spin{width:40px;height:40px;background:teal;animation:turn 300s linear infinite}
@keyframes turn{to{transform:rotate(360deg)}} #field{transition:all .2s} #box{height:120px;overflow:auto;width:200px} #box p{height:600px}</style>
<header id=head>Top</header><button id=button>Menu</button><div id=menu>An open menu</div><div id=spin></div><input id=field value=word><div id=box><p>inside</p></div>
<button id=listen>Listen</button><p id=heard>nothing</p>
<script>const at=id=>document.getElementById(id), heard=[]; let on=false;
const hear=(what)=>{ if(on){ heard.push(what); at('heard').textContent = heard.slice(0,9).join() } };
at('button').onclick=()=>at('menu').classList.add('open');
for (const type of ['scroll','scrollend','resize','mouseleave','mouseout','blur','focusout','visibilitychange','transitionrun','transitionend','animationstart','animationend','animationcancel','animationiteration'])
  for (const to of [window, document]) to.addEventListener(type, (e) => { if(on) at('menu').classList.remove('open'); hear(type) }, true);
visualViewport.addEventListener('resize',()=>hear('vv resize')); visualViewport.addEventListener('scroll',()=>hear('vv scroll'));
new MutationObserver((all)=>all.forEach((m)=>{ if(m.target.id!=='heard' && m.target.id!=='menu') hear('mutation') })).observe(document.documentElement,{attributes:true,subtree:true});
new ResizeObserver((all)=>hear('ResizeObserver ' + all[0].contentRect.width + 'x' + all[0].contentRect.height)).observe(document.documentElement);
matchMedia('(min-height:1000px)').addEventListener('change',()=>hear('media'));
at('listen').onclick=()=>{ at('field').focus(); at('box').scrollTop=200; scrollTo(0,150); setTimeout(()=>{ on=true; document.title='listening'; at('menu').classList.add('open') }, 900) };</script>"""

SKELETON = """<!doctype html><title>Skeleton</title><style>.card-skeleton{width:300px;height:80px;background:#ddd}</style><h1>News</h1><main><div class="card-skeleton"></div></main>
<script>setTimeout(()=>document.querySelector('main').innerHTML='<p id=news>The news</p>', 1200)</script>"""
LOADING = """<!doctype html><title>Loading</title><h1>Prices</h1><p id=says>Loading prices…</p><script>setTimeout(()=>document.getElementById('says').textContent='Oak 12', 1200)</script>"""
ALWAYS_LOADING = "<!doctype html><title>Loading</title><h1>Prices</h1><p>Loading…</p>"
LATE_DATA = """<!doctype html><title>Late data</title><h1>Orders</h1><main></main><script>fetch('/slow/picture.png?ms=6500').then(()=>setTimeout(()=>{
document.querySelector('main').innerHTML='<p id=order>One order</p>'}, 150))</script>"""
INNER = """<!doctype html><title>Inner</title><style>body{margin:0}</style><main id=app style="height:100vh;overflow:auto"><div style="height:3000px">Far below<p style="margin-top:2500px">PAY NOW</p></div></main>"""

PAGES = {
    "/skeleton": SKELETON,
    "/loading": LOADING,
    "/always-loading": ALWAYS_LOADING,
    "/late-data": LATE_DATA,
    "/inner": INNER,
    "/probes": PROBES,
    "/witness": WITNESS,
    "/flood": FLOOD,
    "/wide": WIDE,
    "/busy": BUSY,
    "/visits": VISITS,
    "/": HOME,
    "/hover": HOVER,
    "/talks": "<!doctype html><title>Talks</title><h1>Talks</h1><script>setInterval(() => console.log('still here'), 5)</script>",
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
