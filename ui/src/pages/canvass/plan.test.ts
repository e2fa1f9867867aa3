import { describe, expect, it } from 'vitest'
import type { CanvassBuilding } from '../../bindings/CanvassBuilding'
import { after, buildingName, cellsOf, floorOf, move, only, plan, roomName, unitName } from './plan'
import { letterOf, resultOf, results, totals } from './results'

const rooms = (unit: string | null, ...numbers: string[]): CanvassBuilding['rooms'] => numbers.map((room) => ({ unit, room, result: null, on: null, by: null, note: null, visits: 0 }))
// As a text sorts them: 10 before 2, 1001 before 101.
const buildings: CanvassBuilding[] = [
  { building: '10', rooms: rooms('1', '101') },
  { building: '2', rooms: [...rooms('1', '1001', '101', '102', '201', '202', '203'), ...rooms('2', '101', '102')] },
]
const units = plan(buildings)
const goes = (from: string, key: string): string | undefined => move(units, from, key)?.key

describe('the floor plan', () => {
  it('groups rooms by unit and floor, figures as figures', () => {
    expect(units.map(({ key, floors }) => [key, floors.map(({ name, cells }) => [name, cells.map(({ room }) => room.room)])])).toEqual([
      ['2|1', [['1', ['101', '102']], ['2', ['201', '202', '203']], ['10', ['1001']]]],
      ['2|2', [['1', ['101', '102']]]],
      ['10|1', [['1', ['101']]]],
    ])
  })
  it('leaves out what is not looked for', () => expect(cellsOf(only(units, ({ room }) => room.room === '101')).map(({ key }) => key)).toEqual(['2|1|101', '2|2|101', '10|1|101']))
  it.each([['501', '5'], ['1203', '12'], ['商铺3', ''], ['5', '']])('room %s is on floor «%s»', (room, floor) => expect(floorOf(room)).toBe(floor))
  it('names rooms as one says them', () => {
    const [cell] = cellsOf(units)
    expect([cell && roomName(cell), unitName({ building: '商铺', unit: null }), buildingName('')]).toEqual(['2幢1单元 101', '商铺', '没写楼栋'])
  })
})

describe('walking through it', () => {
  it.each([
    ['2|1|101', 'ArrowRight', '2|1|102'], ['2|1|102', 'ArrowRight', '2|1|201'], ['2|1|1001', 'ArrowRight', '2|2|101'], ['10|1|101', 'ArrowRight', '10|1|101'],
    ['2|1|201', 'ArrowLeft', '2|1|102'], ['2|1|101', 'ArrowLeft', '2|1|101'],
    ['2|1|102', 'ArrowDown', '2|1|202'], ['2|1|203', 'ArrowDown', '2|1|1001'], ['2|1|1001', 'ArrowDown', '2|2|101'],
    ['2|2|102', 'ArrowUp', '2|1|1001'], ['2|1|101', 'ArrowUp', '2|1|101'],
    ['2|1|202', 'Home', '2|1|201'], ['2|1|201', 'End', '2|1|203'],
    ['2|1|202', 'PageDown', '2|2|101'], ['10|1|101', 'PageUp', '2|2|101'],
    ['2|1|101', 'Enter', undefined], ['9|9|9', 'ArrowRight', undefined],
  ])('from %s with %s to %s', (from, key, to) => expect(goes(from, key)).toBe(to))
  it('goes on to the next room after a result', () => expect(after(units, '2|1|102')?.key).toBe('2|1|201'))
})

describe('results', () => {
  it('have a key and a letter each', () => {
    expect(results.map(({ key, letter }) => `${key}${letter}`)).toEqual(['1赞', '2反', '3都可', '4不在', '5不表态'])
    expect([resultOf('4'), resultOf('6'), letterOf('objects'), letterOf(null)]).toEqual(['not_home', null, '反', ''])
  })
  it('add up with the rooms nobody went to', () => {
    const canvass = { id: 'c', question: '', topic: null, from: '2024-11-01', until: null, buildings: [] }
    expect(totals({ canvass, rooms: 10, visited: 7, met: 5, results: [3, 1, 1, 2, 0], sentence: '' }).map(({ count, share }) => [count, share]))
      .toEqual([[3, 30], [1, 10], [1, 10], [2, 20], [0, 0], [3, 30]])
  })
})
