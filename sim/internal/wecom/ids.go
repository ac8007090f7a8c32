package wecom

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wecomserver"
)

// cursor is a place in the list of pairs: behind one person's membership of one department.
type cursor struct {
	person     company.PersonKey
	department company.DepartmentKey
}

// cursorText makes a cursor that callers cannot read and the simulator can recognise as its own.
func (w *Vendor) cursorText(at cursor) string {
	plain := fmt.Sprintf("%d.%d", at.person, at.department)
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s.%x", plain, w.cursorCheck(plain)))
}

func (w *Vendor) cursorCheck(plain string) uint64 {
	return company.Derive(w.desk.Seed, "wecom list_id cursor "+plain, 0)
}

// readCursor is the reverse of cursorText. What is no cursor at all gets another code than one that is not ours.
func (w *Vendor) readCursor(text string) (cursor, error) {
	var at cursor
	var check uint64
	plain, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return at, refusal{code: wecomapi.ErrorCodeInvalidCursor}
	}
	if n, err := fmt.Sscanf(string(plain), "%d.%d.%x", &at.person, &at.department, &check); err != nil || n != 3 {
		return at, refusal{code: wecomapi.ErrorCodeInvalidCursor}
	}
	if check != w.cursorCheck(fmt.Sprintf("%d.%d", at.person, at.department)) {
		return at, refusal{code: wecomapi.ErrorCodeInvalidPageCursor}
	}
	return at, nil
}

// ListUserID lists all pairs of person and department, ordered by person.
func (w *Vendor) ListUserID(_ context.Context,
	r wecomserver.ListUserIDRequestObject) (wecomserver.ListUserIDResponseObject, error) {
	limit := int(r.Body.Limit)
	if limit < 1 || limit > 10_000 {
		return nil, refusal{code: wecomapi.ErrorCodeInvalidArgs}
	}
	var after cursor
	if r.Body.Cursor != nil && *r.Body.Cursor != "" {
		var err error
		if after, err = w.readCursor(*r.Body.Cursor); err != nil {
			return nil, err
		}
	}
	rows := []wecomserver.DeptUser{}
	var next string
	company.View(w.desk.Company, func(d *company.Directory) {
		at := after
		for _, p := range d.AllPeople() {
			if p.Key < after.person {
				continue
			}
			memberships := p.Memberships
			if p.Key == after.person {
				// Whoever was moved since is listed again from the start: twice is better than not at all.
				i := slices.IndexFunc(memberships,
					func(m company.Membership) bool { return m.Department == after.department })
				memberships = memberships[i+1:]
			}
			for _, m := range memberships {
				if len(rows) == limit {
					next = w.cursorText(at)
					return
				}
				rows = append(rows, wecomserver.DeptUser{UserID: new(p.UserID),
					Department: new(d.Department(m.Department).WeComID)})
				at = cursor{p.Key, m.Department}
			}
		}
	})
	out := wecomserver.ListUserID200JSONResponse{DeptUser: &rows}
	// on the last page next_cursor is empty; if that is the only one it is absent
	if next != "" || after != (cursor{}) {
		out.NextCursor = &next
	}
	return out, nil
}

// misses counts look-ups that found nobody, on one day.
type misses struct {
	day   string
	count int
}

// lookUp finds a person for GetUserIDByMobile and GetUserIDByEmail. When the misses of a day exceed a fifth of the
// corp's account cap, which is taken to be half as much again as the people that the corp began with, the operation is
// blocked for the rest of the day.
func (w *Vendor) lookUp(c *desk.Call, kind company.PersonID, value string) (string, error) {
	today := c.Now.Format(time.DateOnly)
	limit := w.config.People * 3 / 2 / 5
	w.mu.Lock()
	m := w.misses[c.Operation.ID]
	w.mu.Unlock()
	if m.day == today && m.count > limit && !w.desk.WithoutQuotas {
		return "", refusal{code: wecomapi.ErrorCodeFrequencyExceeded}
	}
	var found string
	company.View(w.desk.Company, func(d *company.Directory) {
		if p := d.FindPerson(kind, value); value != "" && p != nil && w.viewOf(c, d).person(p) {
			found = p.UserID
		}
	})
	if found != "" {
		return found, nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	m = w.misses[c.Operation.ID]
	if m.day != today {
		m = misses{day: today}
	}
	m.count++
	w.misses[c.Operation.ID] = m
	return "", refusal{code: wecomapi.ErrorCodeUserDoesNotExist}
}

// GetUserIDByMobile finds a member by mobile number.
func (w *Vendor) GetUserIDByMobile(ctx context.Context,
	r wecomserver.GetUserIDByMobileRequestObject) (wecomserver.GetUserIDByMobileResponseObject, error) {
	if n := len(r.Body.Mobile); n < 5 || n > 32 {
		return nil, refusal{code: wecomapi.ErrorCodeInvalidMobile}
	}
	m, _ := company.ParseMobile(r.Body.Mobile)
	id, err := w.lookUp(desk.CallOf(ctx), company.ByMobile, m.E164())
	return wecomserver.GetUserIDByMobile200JSONResponse{UserID: &id}, err
}

// GetUserIDByEmail finds a member by mail address.
func (w *Vendor) GetUserIDByEmail(ctx context.Context,
	r wecomserver.GetUserIDByEmailRequestObject) (wecomserver.GetUserIDByEmailResponseObject, error) {
	kind := company.ByCorpEmail
	if t := r.Body.EmailType; t != nil && *t == 2 {
		kind = company.ByEmail
	} else if t != nil && *t != 1 {
		return nil, refusal{code: wecomapi.ErrorCodeInvalidArgs}
	}
	if r.Body.Email == "" {
		return nil, refusal{code: wecomapi.ErrorCodeEmptyParameter}
	}
	id, err := w.lookUp(desk.CallOf(ctx), kind, r.Body.Email)
	return wecomserver.GetUserIDByEmail200JSONResponse{UserID: &id}, err
}

// ConvertUserIDToOpenID gives the WeChat id of a member.
func (w *Vendor) ConvertUserIDToOpenID(ctx context.Context,
	r wecomserver.ConvertUserIDToOpenIDRequestObject) (wecomserver.ConvertUserIDToOpenIDResponseObject, error) {
	c := desk.CallOf(ctx)
	var out wecomserver.ConvertUserIDToOpenID200JSONResponse
	var err error
	company.View(w.desk.Company, func(d *company.Directory) {
		p := d.FindPerson(company.ByUserID, r.Body.UserID)
		switch {
		case r.Body.UserID == "":
			err = refusal{code: wecomapi.ErrorCodeUserIDMissing}
		case p == nil:
			err = refusal{code: wecomapi.ErrorCodeUserIDNotFound}
		case !w.viewOf(c, d).person(p):
			err = refusal{code: wecomapi.ErrorCodeMemberOutOfRange}
		case p.WeChatOpenID == "":
			err = refusal{code: wecomapi.ErrorCodeWeChatNotBound}
		default:
			out.OpenID = new(p.WeChatOpenID)
			if r.Body.AgentID != nil {
				out.AppID = new("wx" + strings.TrimPrefix(Demo().CorpID, "ww"))
			}
		}
	})
	return out, err
}

// ConvertOpenIDToUserID finds the member behind a WeChat id.
func (w *Vendor) ConvertOpenIDToUserID(ctx context.Context,
	r wecomserver.ConvertOpenIDToUserIDRequestObject) (wecomserver.ConvertOpenIDToUserIDResponseObject, error) {
	c := desk.CallOf(ctx)
	var out wecomserver.ConvertOpenIDToUserID200JSONResponse
	err := error(refusal{code: wecomapi.ErrorCodeInvalidOpenID})
	company.View(w.desk.Company, func(d *company.Directory) {
		if p := d.FindPerson(company.ByWeChatOpenID, r.Body.OpenID); p != nil && w.viewOf(c, d).person(p) {
			out.UserID, err = new(p.UserID), nil
		}
	})
	return out, err
}

// convertible is how many ids one call may convert.
const convertible = 1000

// UserIDToOpenUserID converts ids for a provider's app.
func (w *Vendor) UserIDToOpenUserID(ctx context.Context,
	r wecomserver.UserIDToOpenUserIDRequestObject) (wecomserver.UserIDToOpenUserIDResponseObject, error) {
	pairs, invalid, err := w.convert(desk.CallOf(ctx), company.ByUserID, r.Body.UserIDList)
	return wecomserver.UserIDToOpenUserID200JSONResponse{OpenUserIDList: &pairs, InvalidUserIDList: &invalid}, err
}

// OpenUserIDToUserID converts ids that a provider's app has got.
func (w *Vendor) OpenUserIDToUserID(ctx context.Context,
	r wecomserver.OpenUserIDToUserIDRequestObject) (wecomserver.OpenUserIDToUserIDResponseObject, error) {
	switch r.Body.SourceAgentID {
	case 0:
		return nil, refusal{code: wecomapi.ErrorCodeAgentIDMissing}
	case Demo().ProviderAppAgentID:
	default:
		return nil, refusal{code: wecomapi.ErrorCodeInvalidAgentID}
	}
	pairs, invalid, err := w.convert(desk.CallOf(ctx), company.ByWeComOpenUserID, r.Body.OpenUserIDList)
	return wecomserver.OpenUserIDToUserID200JSONResponse{UserIDList: &pairs, InvalidOpenUserIDList: &invalid}, err
}

func (w *Vendor) convert(c *desk.Call, kind company.PersonID,
	ids []string) (pairs []wecomserver.UserIDPair, invalid []string, err error) {
	switch {
	case len(ids) == 0:
		return nil, nil, refusal{code: wecomapi.ErrorCodeEmptyParameter}
	case len(ids) > convertible:
		return nil, nil, refusal{code: wecomapi.ErrorCodeInvalidUserIDListLength}
	}
	pairs, invalid = []wecomserver.UserIDPair{}, []string{}
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(c, d)
		for _, id := range ids {
			p := d.FindPerson(kind, id)
			if p == nil || !v.person(p) {
				invalid = append(invalid, id)
				continue
			}
			pairs = append(pairs, wecomserver.UserIDPair{UserID: new(p.UserID), OpenUserID: new(p.WeComOpenUserID)})
		}
	})
	return pairs, invalid, nil
}
