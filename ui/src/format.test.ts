import { describe, expect, it } from 'vitest'
import { addDays, count, dateWords, dueWords, listed, money, paragraphs, percent, readDay, readMoney, squareMetres, whenWords } from './format'

const now = '2024-11-12'

describe('days', () => {
  it.each([
    ['2024-11-05', '2024-11-05'], ['2024/11/5', '2024-11-05'], ['20241105', '2024-11-05'],
    ['2024年11月5日', '2024-11-05'], ['11月5日', '2024-11-05'], ['11-5', '2024-11-05'], ['11.5', '2024-11-05'],
    ['１１月５日', '2024-11-05'], ['5号', '2024-11-05'], ['今天', now], ['昨天', '2024-11-11'], ['明天', '2024-11-13'],
    ['2024-02-29', '2024-02-29'], ['2023-02-29', null], ['13月1日', null], ['', null], ['五号', null],
  ])('reads %s as %s', (typed, day) => expect(readDay(typed, now)).toBe(day))
  it('writes them in words', () => {
    expect(dateWords('2024-11-05')).toBe('2024年11月5日')
    expect(whenWords('2024-11-05T14:30:00+08:00')).toBe('11月5日 14:30')
  })
  it.each([['2024-11-12', '今天到期'], ['2024-11-15', '还有 3 天'], ['2024-10-31', '逾期 12 天']])(
    'says of %s: %s', (due, words) => expect(dueWords(due, now)).toBe(words))
})

describe('reckoning', () => {
  it('says how many in a hundred', () => expect([percent(34, 40), percent(1, 3), percent(0, 7)]).toEqual(['85%', '33.3%', '0%']))
  it.each([['2024-11-12', 6, '2024-11-18'], ['2024-12-28', 6, '2025-01-03'], ['2024-03-01', -1, '2024-02-29']])('%s and %i days is %s', (day, by, then) => expect(addDays(day, by)).toBe(then))
  it('takes a line for a paragraph', () => expect(paragraphs(' 一段。\n\n　二段。\n')).toEqual(['一段。', '二段。']))
})

describe('what is listed in one field', () => {
  it.each([
    ['1幢楼道、公告栏，北门', ['1幢楼道', '公告栏', '北门']], ['住建部门, 业委会 王某,', ['住建部门', '业委会 王某']], ['北门；北门', ['北门']], [' ', []],
  ])('«%s» is %j', (typed, things) => expect(listed(typed)).toEqual(things))
})

describe('areas', () => {
  it.each([[9000, '90'], [3120050, '31,200.5'], [10001, '100.01'], [5, '0.05'], [0, '0']])('writes %i hundredths as %s', (hundredths, words) => expect(squareMetres(hundredths)).toBe(words))
})

describe('money', () => {
  it.each([['3500', 350000], ['3,500.5', 350050], ['３５００元', 350000], ['0.01', 1], ['1.234', null], ['-5', null], ['', null]])(
    'reads %s as %s fen', (typed, fen) => expect(readMoney(typed)).toBe(fen))
  it.each([[350000, '3,500.00元'], [1, '0.01元'], [10900000000, '109,000,000.00元'], [-5, '-0.05元']])(
    'writes %i fen as %s', (fen, words) => expect(money(fen)).toBe(words))
  it('groups counts', () => expect(count(1234567)).toBe('1,234,567'))
})
