package sim

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// provoked is a cause that was ordered, as it is listed.
type provoked struct {
	ID     int    `json:"id"`
	Vendor string `json:"vendor"`
	causeJSON
	end func()
}

// causeJSON is a Cause as the control interface reads and writes it.
type causeJSON struct {
	Kind        CauseKind       `json:"kind"`
	Names       []string        `json:"names,omitempty"`
	Departments []DepartmentKey `json:"departments,omitempty"`
	People      []string        `json:"people,omitempty"`
	By          duration        `json:"by,omitzero"`
	Window      duration        `json:"window,omitzero"`
	Status      int             `json:"status,omitempty"`
}

func causeJSONOf(c Cause) causeJSON {
	return causeJSON{Kind: c.Kind, Names: c.Names, Departments: c.Departments, People: c.People, By: duration(c.By),
		Window: duration(c.Window), Status: c.Status}
}

func (c causeJSON) cause() Cause {
	return Cause{Kind: c.Kind, Names: c.Names, Departments: c.Departments, People: c.People, By: time.Duration(c.By),
		Window: time.Duration(c.Window), Status: c.Status}
}

func (c *Control) provoke(r *http.Request) (any, error) {
	var in provoked
	if err := read(r, &in); err != nil {
		return nil, err
	}
	c.orders.Lock()
	defer c.orders.Unlock()
	added, err := c.addCause(in.Vendor, in.causeJSON)
	if err != nil {
		return nil, err
	}
	return map[string]int{"id": added.ID}, nil
}

// addCause provokes a cause. c.orders is held.
func (c *Control) addCause(vendor string, cause causeJSON) (*provoked, error) {
	end, err := c.Simulator().desk.Provoke(vendor, cause.cause())
	if err != nil {
		return nil, err
	}
	c.lastID++
	c.causes = append(c.causes, provoked{ID: c.lastID, Vendor: vendor, causeJSON: cause, end: end})
	return &c.causes[len(c.causes)-1], nil
}

func (c *Control) listCauses(*http.Request) (any, error) {
	c.orders.Lock()
	defer c.orders.Unlock()
	return append([]provoked{}, c.causes...), nil
}

func (c *Control) endCause(r *http.Request) (any, error) {
	c.orders.Lock()
	defer c.orders.Unlock()
	at := slices.IndexFunc(c.causes, func(p provoked) bool { return strconv.Itoa(p.ID) == r.PathValue("id") })
	if at < 0 {
		return nil, unknown("no cause has the id %q", r.PathValue("id"))
	}
	c.causes[at].end()
	c.causes = slices.Delete(c.causes, at, at+1)
	return nil, nil
}

func (c *Control) endAllCauses(*http.Request) (any, error) {
	c.orders.Lock()
	defer c.orders.Unlock()
	for _, p := range c.causes {
		p.end()
	}
	c.causes = nil
	return nil, nil
}
