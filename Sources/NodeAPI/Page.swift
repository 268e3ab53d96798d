/// The page under `/`: it loads the status again and again, and writes all of it as text, never as markup.
enum Page {
    static let html = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Radpool</title>
        <link rel="stylesheet" href="/page.css">
        <script src="/page.js" defer></script>
        </head>
        <body>
        <h1>Radpool <small id="network"></small></h1>
        <p id="trouble" role="alert" hidden></p>
        <dl id="facts"></dl>
        <h2>Workers</h2>
        <table>
        <thead><tr><th>account<th>worker<th>1 min<th>10 min<th>1 h<th>shares<th>refused<th>last share</tr></thead>
        <tbody id="workers"></tbody></table>
        <h2>Blocks</h2>
        <table><thead><tr><th>height<th>hash<th>reward, sat<th>state</tr></thead><tbody id="blocks"></tbody></table>
        <h2>Register a miner</h2>
        <form id="register" method="post" action="/api/v1/miners">
        <label>taproot address or public key <input name="key" required maxlength="100" size="66"></label>
        <label>name <input name="name" maxlength="32" pattern="[a-z0-9_\\-]*"></label>
        <label>invite code <input name="invite" maxlength="64" autocomplete="off"></label>
        <button>Register</button> <output id="answer"></output>
        </form>
        <p>Mine as <code>ACCOUNT.worker</code>: ACCOUNT is a registered name, a taproot address or a key.</p>
        </body>
        </html>

        """

    static let style = """
        body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
        small, th { color: #666; font-weight: normal; }
        table { border-collapse: collapse; width: 100%; }
        th, td { text-align: left; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #ddd; }
        td { overflow-wrap: anywhere; }
        dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .5rem; }
        dt { color: #666; } dd { margin: 0; font-size: 1.2rem; }
        #trouble { background: #b00; color: #fff; padding: .5rem; }
        label { display: block; margin: .4rem 0; }

        """

    static let script = """
        "use strict";
        const at = (id) => document.getElementById(id);

        function rate(hashes) {
          const units = ["", "k", "M", "G", "T", "P", "E", "Z"];
          let step = 0;
          while (hashes >= 1000 && step < units.length - 1) { hashes /= 1000; step += 1; }
          return hashes.toPrecision(3) + " " + units[step] + "H/s";
        }

        function row(cells) {
          const line = document.createElement("tr");
          for (const cell of cells) { line.insertCell().textContent = String(cell); }
          return line;
        }

        function fact(name, value) {
          const box = document.createElement("div");
          box.append(document.createElement("dt"), document.createElement("dd"));
          box.firstChild.textContent = name;
          box.lastChild.textContent = String(value);
          return box;
        }

        function trouble(text) {
          at("trouble").hidden = text === null;
          at("trouble").textContent = text === null ? "" : text;
        }

        const refused = (totals) => Object.values(totals.refused_shares).reduce((a, b) => a + b, 0);

        function show(status) {
          at("network").textContent = status.network + ", up " + status.uptime + " s";
          trouble(status.refuses_shares === null ? null : "Shares are refused: " + status.refuses_shares);
          at("facts").replaceChildren(
            fact("hashrate, 1 min", rate(status.total.hashrate["1m"])),
            fact("10 min", rate(status.total.hashrate["10m"])),
            fact("1 h", rate(status.total.hashrate["1h"])),
            fact("miners connected", status.miners),
            fact("accepted shares", status.total.accepted_shares),
            fact("refused shares", refused(status.total)),
            fact("blocks solved", status.solved_blocks),
            fact("working on height", status.job === null ? "none" : status.job.height),
            ...status.nodes.map((node) => fact(node.name, node.reachable ? "height " + node.height : "away")));
          at("workers").replaceChildren(...status.workers.map((worker) => row([
            worker.account_name, worker.worker === null ? "(others)" : worker.worker,
            rate(worker.totals.hashrate["1m"]), rate(worker.totals.hashrate["10m"]),
            rate(worker.totals.hashrate["1h"]), worker.totals.accepted_shares, refused(worker.totals),
            worker.last_share_age === null ? "never" : worker.last_share_age + " s ago"])));
          at("blocks").replaceChildren(...status.blocks.slice().reverse().map((block) => row([
            block.height, block.hash, block.value,
            block.taken ? "taken" : block.problem || block.answers.map((answer) => answer.refusal).join(", ")])));
        }

        async function load() {
          try {
            const answer = await fetch("/api/v1/status");
            show(await answer.json());
          } catch (error) {
            trouble("The pool does not answer.");
          }
          setTimeout(load, 2000);
        }

        at("register").addEventListener("submit", async (event) => {
          event.preventDefault();
          const form = Object.fromEntries(new FormData(event.target));
          try {
            const answer = await fetch("/api/v1/miners", {
              method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(form) });
            const body = await answer.json();
            at("answer").textContent = answer.ok ? "Registered: mine as " + (body.name || body.address) : body.error;
          } catch (error) {
            at("answer").textContent = "The pool does not answer.";
          }
        });

        load();

        """
}
