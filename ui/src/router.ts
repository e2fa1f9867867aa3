/** Which address shows which page. Addresses stand behind `#`: the program has no server. */
import { createRouter, createWebHashHistory } from 'vue-router'
import FirstRun from './pages/FirstRun.vue'
import People from './pages/People.vue'
import Requests from './pages/Requests.vue'
import RosterImport from './pages/RosterImport.vue'
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

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    // How the copy stands decides where this leads: see App.vue.
    { path: '/', component: { render: () => null } },
    { path: '/first-run', component: FirstRun, meta: { bare: true } },
    { path: '/unlock', component: Unlock, meta: { bare: true } },
    { path: '/today', component: Today },
    { path: '/requests/:id?', component: Requests, props: (to) => ({ request: to.params.id || null, late: to.query.which === 'overdue' }) },
    { path: '/mediations/:id?', component: Requests, props: (to) => ({ mediations: true, mediation: to.params.id || null }) },
    { path: '/people/import', component: RosterImport },
    { path: '/people/:id?', component: People, props: (to) => ({ id: to.params.id || null }) },
    ...(showsGallery ? [{ path: '/gallery', meta: { free: true }, component: () => import('./gallery/Gallery.vue') }] : []),
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
