package sim

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/wecomserver"
)

// weComCursor is a place in the list of pairs: behind one person's membership of one department.
type weComCursor struct {
	person     PersonKey
	department DepartmentKey
}

// cursorText makes a cursor that callers cannot read and the simulator can recognise as its own.
func (w *weCom) cursorText(at weComCursor) string {
	plain := fmt.Sprintf("%d.%d", at.person, at.department)
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s.%x", plain, w.cursorCheck(plain)))
}

func (w *weCom) cursorCheck(plain string) uint64 {
	return derive(w.sim.config.seed, "wecom list_id cursor "+plain, 0)
}

// readCursor is the reverse of cursorText. What is no cursor at all gets another code than one that is not ours.
func (w *weCom) readCursor(text string) (weComCursor, error) {
	var at weComCursor
	var check uint64
	plain, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return at, weComError{code: wecomapi.ErrorCodeInvalidCursor}
	}
	if n, err := fmt.Sscanf(string(plain), "%d.%d.%x", &at.person, &at.department, &check); err != nil || n != 3 {
		return at, weComError{code: wecomapi.ErrorCodeInvalidCursor}
	}
	if check != w.cursorCheck(fmt.Sprintf("%d.%d", at.person, at.department)) {
		return at, weComError{code: wecomapi.ErrorCodeInvalidPageCursor}
	}
	return at, nil
}

// ListUserID lists all pairs of person and department, ordered by person.
func (w *weCom) ListUserID(_ context.Context, r wecomserver.ListUserIDRequestObject) (wecomserver.ListUserIDResponseObject, error) {
	limit := int(r.Body.Limit)
	if limit < 1 || limit > 10_000 {
		return nil, weComError{code: wecomapi.ErrorCodeInvalidArgs}
	}
	var after weComCursor
	if r.Body.Cursor != nil && *r.Body.Cursor != "" {
		var err error
		if after, err = w.readCursor(*r.Body.Cursor); err != nil {
			return nil, err
		}
	}
	rows := []wecomserver.DeptUser{}
	var next string
	w.sim.org.view(func(d *directory) {
		at := after
		for _, p := range d.allPeople() {
			if p.Key < after.person {
				continue
			}
			memberships := p.Memberships
			if p.Key == after.person {
				// Whoever was moved since is listed again from the start: twice is better than not at all.
				i := slices.IndexFunc(memberships, func(m Membership) bool { return m.Department == after.department })
				memberships = memberships[i+1:]
			}
			for _, m := range memberships {
				if len(rows) == limit {
					next = w.cursorText(at)
					return
				}
				rows = append(rows, wecomserver.DeptUser{UserID: new(p.UserID), Department: new(d.department(m.Department).WeComID)})
				at = weComCursor{p.Key, m.Department}
			}
		}
	})
	out := wecomserver.ListUserID200JSONResponse{DeptUser: &rows}
	if next != "" || after != (weComCursor{}) { // on the last page next_cursor is empty; if that is the only one it is absent
		out.NextCursor = &next
	}
	return out, nil
}

// weComMisses counts look-ups that found nobody, on one day.
type weComMisses struct {
	day   string
	count int
}

// lookUp finds a person for GetUserIDByMobile and GetUserIDByEmail. When the misses of a day exceed a fifth of the corp's
// account cap, which is taken to be half as much again as the people that the corp began with, the operation is blocked for the
// rest of the day.
func (w *weCom) lookUp(c *call, kind PersonID, value string) (string, error) {
	today := c.now.Format(time.DateOnly)
	limit := w.sim.config.people * 3 / 2 / 5
	w.mu.Lock()
	m := w.misses[c.operation.ID]
	w.mu.Unlock()
	if m.day == today && m.count > limit && !w.sim.config.withoutQuotas {
		return "", weComError{code: wecomapi.ErrorCodeFrequencyExceeded}
	}
	var found string
	w.sim.org.view(func(d *directory) {
		if p := d.findPerson(kind, value); value != "" && p != nil && w.viewOf(c, d).person(p) {
			found = p.UserID
		}
	})
	if found != "" {
		return found, nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	m = w.misses[c.operation.ID]
	if m.day != today {
		m = weComMisses{day: today}
	}
	m.count++
	w.misses[c.operation.ID] = m
	return "", weComError{code: wecomapi.ErrorCodeUserDoesNotExist}
}

// GetUserIDByMobile finds a member by mobile number.
func (w *weCom) GetUserIDByMobile(ctx context.Context, r wecomserver.GetUserIDByMobileRequestObject) (wecomserver.GetUserIDByMobileResponseObject, error) {
	if n := len(r.Body.Mobile); n < 5 || n > 32 {
		return nil, weComError{code: wecomapi.ErrorCodeInvalidMobile}
	}
	m, _ := ParseMobile(r.Body.Mobile)
	id, err := w.lookUp(callOf(ctx), ByMobile, m.E164())
	return wecomserver.GetUserIDByMobile200JSONResponse{UserID: &id}, err
}

// GetUserIDByEmail finds a member by mail address.
func (w *weCom) GetUserIDByEmail(ctx context.Context, r wecomserver.GetUserIDByEmailRequestObject) (wecomserver.GetUserIDByEmailResponseObject, error) {
	kind := ByCorpEmail
	if t := r.Body.EmailType; t != nil && *t == 2 {
		kind = ByEmail
	} else if t != nil && *t != 1 {
		return nil, weComError{code: wecomapi.ErrorCodeInvalidArgs}
	}
	if r.Body.Email == "" {
		return nil, weComError{code: wecomapi.ErrorCodeEmptyParameter}
	}
	id, err := w.lookUp(callOf(ctx), kind, r.Body.Email)
	return wecomserver.GetUserIDByEmail200JSONResponse{UserID: &id}, err
}

// ConvertUserIDToOpenID gives the WeChat id of a member.
func (w *weCom) ConvertUserIDToOpenID(ctx context.Context, r wecomserver.ConvertUserIDToOpenIDRequestObject) (wecomserver.ConvertUserIDToOpenIDResponseObject, error) {
	c := callOf(ctx)
	var out wecomserver.ConvertUserIDToOpenID200JSONResponse
	var err error
	w.sim.org.view(func(d *directory) {
		p := d.findPerson(ByUserID, r.Body.UserID)
		switch {
		case r.Body.UserID == "":
			err = weComError{code: wecomapi.ErrorCodeUserIDMissing}
		case p == nil:
			err = weComError{code: wecomapi.ErrorCodeUserIDNotFound}
		case !w.viewOf(c, d).person(p):
			err = weComError{code: wecomapi.ErrorCodeMemberOutOfRange}
		case p.WeChatOpenID == "":
			err = weComError{code: wecomapi.ErrorCodeWeChatNotBound}
		default:
			out.OpenID = new(p.WeChatOpenID)
			if r.Body.AgentID != nil {
				out.AppID = new("wx" + strings.TrimPrefix(w.sim.Credentials().WeCom.CorpID, "ww"))
			}
		}
	})
	return out, err
}

// ConvertOpenIDToUserID finds the member behind a WeChat id.
func (w *weCom) ConvertOpenIDToUserID(ctx context.Context, r wecomserver.ConvertOpenIDToUserIDRequestObject) (wecomserver.ConvertOpenIDToUserIDResponseObject, error) {
	c := callOf(ctx)
	var out wecomserver.ConvertOpenIDToUserID200JSONResponse
	err := error(weComError{code: wecomapi.ErrorCodeInvalidOpenID})
	w.sim.org.view(func(d *directory) {
		if p := d.findPerson(ByWeChatOpenID, r.Body.OpenID); p != nil && w.viewOf(c, d).person(p) {
			out.UserID, err = new(p.UserID), nil
		}
	})
	return out, err
}

// weComConvertible is how many ids one call may convert.
const weComConvertible = 1000

// UserIDToOpenUserID converts ids for a provider's app.
func (w *weCom) UserIDToOpenUserID(ctx context.Context, r wecomserver.UserIDToOpenUserIDRequestObject) (wecomserver.UserIDToOpenUserIDResponseObject, error) {
	pairs, invalid, err := w.convert(callOf(ctx), ByUserID, r.Body.UserIDList)
	return wecomserver.UserIDToOpenUserID200JSONResponse{OpenUserIDList: &pairs, InvalidUserIDList: &invalid}, err
}

// OpenUserIDToUserID converts ids that a provider's app has got.
func (w *weCom) OpenUserIDToUserID(ctx context.Context, r wecomserver.OpenUserIDToUserIDRequestObject) (wecomserver.OpenUserIDToUserIDResponseObject, error) {
	switch r.Body.SourceAgentID {
	case 0:
		return nil, weComError{code: wecomapi.ErrorCodeAgentIDMissing}
	case w.sim.Credentials().WeCom.ProviderAppAgentID:
	default:
		return nil, weComError{code: wecomapi.ErrorCodeInvalidAgentID}
	}
	pairs, invalid, err := w.convert(callOf(ctx), ByWeComOpenUserID, r.Body.OpenUserIDList)
	return wecomserver.OpenUserIDToUserID200JSONResponse{UserIDList: &pairs, InvalidOpenUserIDList: &invalid}, err
}

func (w *weCom) convert(c *call, kind PersonID, ids []string) (pairs []wecomserver.UserIDPair, invalid []string, err error) {
	switch {
	case len(ids) == 0:
		return nil, nil, weComError{code: wecomapi.ErrorCodeEmptyParameter}
	case len(ids) > weComConvertible:
		return nil, nil, weComError{code: wecomapi.ErrorCodeInvalidUserIDListLength}
	}
	pairs, invalid = []wecomserver.UserIDPair{}, []string{}
	w.sim.org.view(func(d *directory) {
		v := w.viewOf(c, d)
		for _, id := range ids {
			p := d.findPerson(kind, id)
			if p == nil || !v.person(p) {
				invalid = append(invalid, id)
				continue
			}
			pairs = append(pairs, wecomserver.UserIDPair{UserID: new(p.UserID), OpenUserID: new(p.WeComOpenUserID)})
		}
	})
	return pairs, invalid, nil
}
