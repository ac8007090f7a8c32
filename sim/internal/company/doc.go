// Package company is the one made-up company that the simulator shows through all vendors: its departments, its people
// and the state that vendors keep of them.
//
// [Generate] makes an [Organisation] from a seed; equal seeds and sizes give equal companies. The methods of
// Organisation are what users of package sim see, and lock it themselves. Vendors use [View] and [Change], which hand
// out the [Directory] below the lock, so that a whole request is answered from one state. Every change is checked as a
// whole: ids stay unique, departments stay a tree. What a vendor refuses for reasons of its own, that vendor's package
// refuses. Nothing here knows a wire format.
package company
