"use strict";
(function () {
  var form = document.getElementById("filters");
  var findings = Array.prototype.slice.call(document.querySelectorAll("details.finding"));
  function openTo(node) {
    for (; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
  }
  if (form) {
    var boxes = Array.prototype.slice.call(form.querySelectorAll("input[type=checkbox]"));
    var category = form.querySelector("select");
    var text = form.querySelector("input[type=search]");
    var count = document.getElementById("shown");
    var apply = function () {
      var on = boxes.filter(function (b) { return b.checked; }).map(function (b) { return b.value; });
      var words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
      var shown = 0;
      findings.forEach(function (f) {
        var keep = on.indexOf(f.dataset.severity) >= 0 &&
          (!category.value || f.dataset.category === category.value) &&
          words.every(function (w) { return f.dataset.search.indexOf(w) >= 0; });
        f.hidden = !keep;
        if (keep) shown += 1;
      });
      count.textContent = shown === findings.length ? shown + " findings" : shown + " of " + findings.length + " findings";
    };
    form.hidden = false;
    form.addEventListener("input", apply);
    form.addEventListener("submit", function (e) { e.preventDefault(); });
    form.addEventListener("reset", function () { setTimeout(apply, 0); });
    var toggle = document.getElementById("unfold");
    toggle.addEventListener("click", function () {
      var open = findings.some(function (f) { return !f.hidden && !f.open; });
      findings.forEach(function (f) { if (!f.hidden) f.open = open; });
    });
    // #show=GET%20/path from the surface table, #severity=high&category=ssrf for links from elsewhere.
    var follow = function () {
      var hash = location.hash.slice(1);
      var target = hash && document.getElementById(hash);
      if (target) { openTo(target); target.scrollIntoView(); return; }
      var wanted = new URLSearchParams(hash);
      if (!wanted.has("show") && !wanted.has("severity") && !wanted.has("category")) return;
      text.value = wanted.get("show") || "";
      category.value = wanted.get("category") || "";
      if (wanted.has("severity")) {
        var severities = wanted.get("severity").split(",");
        boxes.forEach(function (b) { b.checked = severities.indexOf(b.value) >= 0; });
      }
      apply();
      document.getElementById("findings").scrollIntoView();
    };
    window.addEventListener("hashchange", follow);
    apply();
    follow();
  }
  document.querySelectorAll(".line").forEach(function (line) {
    var pre = line.querySelector("pre");
    var button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", function () {
      var done = function () { button.textContent = "Copied"; setTimeout(function () { button.textContent = "Copy"; }, 1500); };
      var select = function () {
        var range = document.createRange();
        range.selectNodeContents(pre);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
      };
      if (navigator.clipboard) navigator.clipboard.writeText(pre.textContent).then(done, select); else select();
    });
    line.appendChild(button);
  });
  var opened = [];
  addEventListener("beforeprint", function () {
    opened = Array.prototype.filter.call(document.querySelectorAll("details"), function (d) { return !d.open; });
    opened.forEach(function (d) { d.open = true; });
  });
  addEventListener("afterprint", function () { opened.forEach(function (d) { d.open = false; }); });
})();
