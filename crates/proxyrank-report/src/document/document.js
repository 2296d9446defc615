// The contents are open where they stand beside the text, and out of the way where they would push it down.
document.querySelector(".contents details").open = matchMedia("(min-width: 64rem)").matches;
