// The words of the page, and of replies: English for a question in English, as templates/_turn.html has it.

const HAN = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]/u; // as _CJK of bot/text.py

const all = JSON.parse(document.getElementById("conversation").dataset.words);

const spoken = document.documentElement.lang === "en" ? "en" : "zh";

export const words = all[spoken];

export const inWords = { "Accept-Language": spoken }; // what the server says is shown as it comes

export const wordsFor = (question) => (HAN.test(question) || !/[A-Za-z]/.test(question) ? words : all.en);
