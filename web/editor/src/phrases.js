// What CodeMirror itself says: in English as it comes, in Japanese from here.

export function phrasesIn(language) {
  return language === "ja" ? japanese : {};
}

const japanese = {
  "Control character": "制御文字",
  "Selection deleted": "選択範囲を削除しました",
  "Find": "検索",
  "Replace": "置換",
  "next": "次へ",
  "previous": "前へ",
  "all": "すべて",
  "match case": "大文字と小文字を区別",
  "by word": "単語単位",
  "regexp": "正規表現",
  "replace": "置換",
  "replace all": "すべて置換",
  "close": "閉じる",
  "current match": "現在の一致",
  "replaced match on line $": "$ 行目の一致を置換しました",
  "replaced $ matches": "$ 件置換しました",
  "on line": "行:",
  "Go to line": "行へ移動",
  "go": "移動",
};
