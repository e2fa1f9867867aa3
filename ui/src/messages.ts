/** Words that more than one page uses. A page's own words stand in the page. */
export const words = {
  app: '星火家园工作台',
  undo: '撤销',
  cancel: '取消',
  close: '关闭',
  stop: '停止',
  save: '保存',
  nothingLost: '已经保存的内容都在，没有丢失。',
  saved: '已保存',
  saving: '正在保存…',
  notSaved: '还没有保存',
  optional: '可不填',
  noMatch: '没有符合的，换个字试试。',
  badDay: '请写成 2024-11-05 或 11月5日。',
  badMoney: '请写金额，例如 3500 或 3500.50。',
  history: '历史',
} as const
