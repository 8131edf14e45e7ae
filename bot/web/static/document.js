// A link without the fragment still shows the marked words.
if (!location.hash) document.getElementById("mark")?.scrollIntoView({ block: "center" });
