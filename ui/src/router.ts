/** Which address shows which page. Addresses stand behind `#`: the program has no server. */
import { createRouter, createWebHashHistory } from 'vue-router'
import Overview from './pages/Overview.vue'
import Today from './pages/Today.vue'
import Unlock from './pages/Unlock.vue'

declare module 'vue-router' {
  interface RouteMeta {
    /** Without the frame: it fills the window. */
    bare?: boolean
    /** Shown however the copy stands. */
    free?: boolean
  }
}

/** Every component in its states; shown to who builds the program (`?gallery`). */
const showsGallery = import.meta.env.DEV || new URLSearchParams(location.search).has('gallery')

// The pages a day begins with are there at once; each other one is read when somebody first goes there.
export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    // How the copy stands decides where this leads: see App.vue.
    { path: '/', component: { render: () => null } },
    { path: '/first-run', component: () => import('./pages/FirstRun.vue'), meta: { bare: true } },
    { path: '/unlock', component: Unlock, meta: { bare: true } },
    { path: '/today', component: Today },
    { path: '/requests/:id?', component: () => import('./pages/Requests.vue'), props: (to) => ({ request: to.params.id || null, late: to.query.which === 'overdue' }) },
    { path: '/requests/mediations/:id?', component: () => import('./pages/Requests.vue'), props: (to) => ({ mediations: true, mediation: to.params.id || null }) },
    { path: '/people/import', component: () => import('./pages/RosterImport.vue') },
    { path: '/people/:id?', component: () => import('./pages/People.vue'), props: (to) => ({ id: to.params.id || null }) },
    { path: '/council/:month?', component: () => import('./pages/Council.vue'), props: (to) => ({ month: to.params.month || null }) },
    { path: '/council/:month/meeting/:meeting', name: 'meeting', component: () => import('./pages/MeetingMode.vue'), props: true, meta: { bare: true } },
    { path: '/paper/:kind/:id', name: 'paper', component: () => import('./pages/PaperPage.vue'), props: (to) => ({ kind: to.params.kind, id: to.params.id, month: to.query.month ?? null, party: to.query.party ?? null }) },
    { path: '/publicity/:id?', component: () => import('./pages/Publicity.vue'), props: (to) => ({ id: to.params.id || null }) },
    { path: '/order/:id?', component: () => import('./pages/Order.vue'), props: (to) => ({ id: to.params.id || null }) },
    { path: '/canvass/:id?', component: () => import('./pages/Canvass.vue'), props: (to) => ({ id: to.params.id || null }) },
    { path: '/demands/:id?', component: () => import('./pages/Demands.vue'), props: (to) => ({ id: to.params.id || null }) },
    { path: '/seals', component: () => import('./pages/Seals.vue'), props: (to) => ({ of: to.query.of || null, matter: to.query.matter || null }) },
    { path: '/exchange', component: () => import('./pages/Exchange.vue') },
    { path: '/conflicts', component: () => import('./pages/Conflicts.vue') },
    { path: '/overview', component: Overview },
    { path: '/ills/:ill?', component: () => import('./pages/Ills.vue'), props: (to) => ({ ill: to.params.ill || null }) },
    { path: '/policy', component: () => import('./pages/Policy.vue') },
    { path: '/backup', component: () => import('./pages/Backup.vue') },
    ...(showsGallery ? [{ path: '/gallery', meta: { free: true }, component: () => import('./gallery/Gallery.vue') }] : []),
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
