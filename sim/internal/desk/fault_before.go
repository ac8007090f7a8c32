package desk

import (
	"cmp"
	"fmt"
	"net"
	"net/http"

	"github.com/roster-go/roster/sim/internal/company"
)

const gatewayPage = "<html>\r\n<head><title>%[1]d %[2]s</title></head>\r\n<body>\r\n<center><h1>%[1]d " +
	"%[2]s</h1></center>\r\n<hr><center>gateway</center>\r\n</body>\r\n</html>\r\n"

// strikeBefore strikes the call's fault before the vendor sees the call, and tells whether the call is over with it.
func (d *Desk) strikeBefore(c *Call, w http.ResponseWriter, entry *Request) (done bool) {
	f, a := c.fault, NewAnswer()
	switch f.Kind {
	case FaultHTMLError:
		writeHTML(a, cmp.Or(f.Status, http.StatusBadGateway))
	case FaultHTMLPage:
		writeHTML(a, http.StatusOK)
	case FaultBareError:
		WriteJSON(a, cmp.Or(f.Status, http.StatusInternalServerError),
			map[string]string{"error": "internal", "path": c.Request.URL.Path})
	case FaultEmptyBody:
		a.header.Set("Content-Type", "application/json; charset=UTF-8")
		a.WriteHeader(http.StatusOK)
	case FaultEmptyObject:
		WriteJSON(a, http.StatusOK, struct{}{})
	case FaultRedirect:
		a.header.Set("Location", cmp.Or(f.Location, "http://elsewhere.invalid"+c.Request.URL.EscapedPath()))
		a.WriteHeader(cmp.Or(f.Status, http.StatusFound))
	case FaultResetBefore:
		resetConnection(w)
		return true
	case FaultHang:
		d.hang(w, c.Request)
		return true
	case FaultMovePerson:
		d.movePerson(f)
		return false
	default:
		return false
	}
	d.finish(a, w, entry)
	return true
}

func writeHTML(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	fmt.Fprintf(w, gatewayPage, status, http.StatusText(status))
}

// resetConnection ends the connection with a TCP reset, so that the client sees an error and not an end.
func resetConnection(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2 has no connection to give: this is how its stream is reset
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // if it cannot be set, the client sees an end in place of a reset
	}
	_ = conn.Close()
}

// hang waits until the client or the simulator has had enough.
func (d *Desk) hang(w http.ResponseWriter, r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-d.closed:
		resetConnection(w)
	}
}

// movePerson does what an administrator does who moves somebody in the middle of a walk.
func (d *Desk) movePerson(f *injectedFault) {
	now := d.Now()
	_ = company.Change(d.Company, func(d *company.Directory) error { // a move that is not possible is no move
		p := d.FindPerson(company.ByUserID, f.Person)
		if f.Person == "" {
			p = somebodyMovable(d)
		}
		if p == nil {
			return company.ErrUnknown
		}
		to := f.To
		if to == 0 {
			to = lastOther(d, p)
		}
		return d.MovePerson(p.Key, cmp.Or(f.From, p.MainDepartment), to, now)
	})
}

// somebodyMovable returns the first person who is in a single department below the root.
func somebodyMovable(d *company.Directory) *company.Person {
	for _, p := range d.AllPeople() {
		if len(p.Memberships) == 1 && p.MainDepartment != company.RootDepartment {
			return p
		}
	}
	return nil
}

// lastOther returns the last department that the person is not in.
func lastOther(d *company.Directory, p *company.Person) company.DepartmentKey {
	var last company.DepartmentKey
	for _, dept := range d.AllDepartments() {
		if _, in := p.In(dept.Key); !in {
			last = dept.Key
		}
	}
	return last
}
