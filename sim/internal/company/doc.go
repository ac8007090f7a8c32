// Package company is the one made-up company that the simulator shows through all vendors: its departments, its people and
// the state that vendors keep of them.
//
// A [Directory] makes an [Organisation] from a seed, lets readers look at it and writers change it, and checks every
// change as a whole: what a vendor refuses for reasons of its own, that vendor's package refuses. Nothing here knows a
// wire format. Equal seeds and sizes give equal companies.
package company
