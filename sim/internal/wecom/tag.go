package wecom

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wecomserver"
	"github.com/roster-go/roster/wire"
)

const maxTags = 3000

// tagBook is what only WeCom knows of the company's tags: their ids, and which secret created them. Those that nobody
// created by the interface were made by an administrator in the console.
type tagBook struct {
	ids     map[company.GroupKey]int64
	creator map[company.GroupKey]string
	last    int64 // the largest id so far
}

func newTagBook() tagBook {
	return tagBook{ids: make(map[company.GroupKey]int64), creator: make(map[company.GroupKey]string)}
}

// tagID returns the id of a tag. A tag that has none yet, since it was made elsewhere, gets the next one.
func (w *Vendor) tagID(d *company.Directory, key company.GroupKey) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, g := range d.Groups(company.Tag) { // in order, so that ids do not depend on who is asked for first
		if w.tags.ids[g.Key] == 0 {
			w.tags.last++
			w.tags.ids[g.Key] = w.tags.last
		}
	}
	return w.tags.ids[key]
}

// tagByID returns the tag with an id, nil if there is none.
func (w *Vendor) tagByID(d *company.Directory, id int64) *company.Group {
	for _, g := range d.Groups(company.Tag) {
		if w.tagID(d, g.Key) == id {
			return g
		}
	}
	return nil
}

// created tells whether a tag belongs to the secret that a call came with.
func (w *Vendor) created(c *desk.Call, key company.GroupKey) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.tags.creator[key] == c.Grant.Holder
}

// ownTag finds a tag that the caller may change: its creator may, and nobody else.
func (w *Vendor) ownTag(d *company.Directory, c *desk.Call, id int64) (*company.Group, error) {
	g := w.tagByID(d, id)
	switch {
	case g == nil:
		return nil, refusal{code: wecomapi.ErrorCodeInvalidTagID}
	case !w.created(c, g.Key):
		return nil, refusal{code: wecomapi.ErrorCodeNoRightOnTarget}
	}
	return g, nil
}

// readableTag finds a tag that the caller may read. Third-party apps may read their own only.
func (w *Vendor) readableTag(d *company.Directory, c *desk.Call, id int64) (*company.Group, error) {
	g := w.tagByID(d, id)
	switch {
	case g == nil:
		return nil, refusal{code: wecomapi.ErrorCodeInvalidTagID}
	case c.Grant.Holder == holderThirdParty && !w.created(c, g.Key):
		return nil, refusal{code: wecomapi.ErrorCodeNoRightOnTarget}
	}
	return g, nil
}

func tagName(name string) error {
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		return refusal{code: wecomapi.ErrorCodeTagNameMissing}
	case n > 32:
		return refusal{code: wecomapi.ErrorCodeTagNameLength}
	}
	return nil
}

// tagFailure translates what the organisation says of a change.
func tagFailure(err error) error {
	if errors.Is(err, company.ErrTaken) {
		return refusal{code: wecomapi.ErrorCodeTagNameExists}
	}
	return err
}

// CreateTag makes a tag that belongs to the caller's secret.
func (w *Vendor) CreateTag(ctx context.Context,
	r wecomserver.CreateTagRequestObject) (wecomserver.CreateTagResponseObject, error) {
	c := desk.CallOf(ctx)
	if err := tagName(r.Body.TagName); err != nil {
		return nil, err
	}
	var id int64
	err := company.Change(w.desk.Company, func(d *company.Directory) error {
		switch {
		case len(d.Groups(company.Tag)) >= maxTags:
			return refusal{code: wecomapi.ErrorCodeTooManyTagsInCorp}
		case r.Body.TagID != nil && (*r.Body.TagID < 0 || *r.Body.TagID > maxID || w.tagByID(d, *r.Body.TagID) != nil):
			return refusal{code: wecomapi.ErrorCodeInvalidTagID}
		}
		g, err := d.AddGroup(company.Group{Kind: company.Tag, Name: r.Body.TagName, Created: c.Now})
		if err != nil {
			return tagFailure(err)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		id = w.tags.last + 1
		if r.Body.TagID != nil {
			id = *r.Body.TagID
		}
		w.tags.last = max(w.tags.last, id)
		w.tags.ids[g.Key], w.tags.creator[g.Key] = id, c.Grant.Holder
		return nil
	})
	return wecomserver.CreateTag200JSONResponse{TagID: new(wire.Int(id))}, err
}

// UpdateTag renames a tag.
func (w *Vendor) UpdateTag(ctx context.Context,
	r wecomserver.UpdateTagRequestObject) (wecomserver.UpdateTagResponseObject, error) {
	err := company.Change(w.desk.Company, func(d *company.Directory) error {
		g, err := w.ownTag(d, desk.CallOf(ctx), r.Body.TagID)
		if err != nil {
			return err
		}
		if err := tagName(r.Body.TagName); err != nil {
			return err
		}
		return tagFailure(d.UpdateGroup(g.Key, func(edit *company.Group) error {
			edit.Name = r.Body.TagName
			return nil
		}))
	})
	return wecomserver.UpdateTag200JSONResponse{}, err
}

// DeleteTag removes a tag.
func (w *Vendor) DeleteTag(ctx context.Context,
	r wecomserver.DeleteTagRequestObject) (wecomserver.DeleteTagResponseObject, error) {
	err := company.Change(w.desk.Company, func(d *company.Directory) error {
		g, err := w.ownTag(d, desk.CallOf(ctx), r.Params.TagID)
		if err != nil {
			return err
		}
		return d.RemoveGroup(g.Key)
	})
	return wecomserver.DeleteTag200JSONResponse{}, err
}

// tagMembers are the members and departments of a tag that a caller may see.
func tagMembers(v view, g *company.Group) ([]wecomserver.TagMember, []int64) {
	members, departments := []wecomserver.TagMember{}, []int64{}
	for _, key := range g.People {
		if p := v.dir.Person(key); p != nil && v.person(p) {
			members = append(members, wecomserver.TagMember{UserID: new(v.id(p)), Name: new(v.name(p))})
		}
	}
	for _, key := range g.Departments {
		if dept := v.dir.Department(key); dept != nil && v.department(key) {
			departments = append(departments, dept.WeComID)
		}
	}
	return members, departments
}

// GetTag reads a tag.
func (w *Vendor) GetTag(ctx context.Context,
	r wecomserver.GetTagRequestObject) (wecomserver.GetTagResponseObject, error) {
	c := desk.CallOf(ctx)
	var out wecomserver.GetTag200JSONResponse
	var err error
	company.View(w.desk.Company, func(d *company.Directory) {
		var g *company.Group
		if g, err = w.readableTag(d, c, r.Params.TagID); err != nil {
			return
		}
		members, departments := tagMembers(w.viewOf(c, d), g)
		out = wecomserver.GetTag200JSONResponse{TagName: new(g.Name), UserList: &members, PartyList: &departments}
	})
	return out, err
}

// ListTag lists the tags: all of them, whomever the caller may see, and for third-party apps their own.
func (w *Vendor) ListTag(ctx context.Context,
	_ wecomserver.ListTagRequestObject) (wecomserver.ListTagResponseObject, error) {
	c := desk.CallOf(ctx)
	tags := []wecomserver.Tag{}
	company.View(w.desk.Company, func(d *company.Directory) {
		for _, g := range d.Groups(company.Tag) {
			if c.Grant.Holder != holderThirdParty || w.created(c, g.Key) {
				tags = append(tags, wecomserver.Tag{TagID: new(wire.Int(w.tagID(d, g.Key))), TagName: new(g.Name)})
			}
		}
	})
	return wecomserver.ListTag200JSONResponse{TagList: &tags}, nil
}

// tagOutcome is the answer to a change of who is in a tag. Members who were left alone are one text, which the
// document's lenient type would write as a list.
type tagOutcome struct {
	InvalidList  string  `json:"invalidlist,omitempty"`
	InvalidParty []int64 `json:"invalidparty,omitempty"`
}

// VisitAddTagUsersResponse writes the answer.
func (o tagOutcome) VisitAddTagUsersResponse(w http.ResponseWriter) error {
	desk.WriteJSON(w, http.StatusOK, o)
	return nil
}

// VisitDeleteTagUsersResponse writes the answer.
func (o tagOutcome) VisitDeleteTagUsersResponse(w http.ResponseWriter) error {
	desk.WriteJSON(w, http.StatusOK, o)
	return nil
}

// changeTag puts members and departments into a tag or takes them out. none is the code for when all are invalid.
func (w *Vendor) changeTag(c *desk.Call, id int64, users *[]string, parties *[]int64, none wecomapi.ErrorCode,
	edit func(*company.Group, []company.PersonKey, []company.DepartmentKey)) (tagOutcome, error) {
	var out tagOutcome
	err := company.Change(w.desk.Company, func(d *company.Directory) error {
		g, err := w.ownTag(d, c, id)
		if err != nil {
			return err
		}
		userIDs, partyIDs := desk.ListOf(users), desk.ListOf(parties)
		if n := len(userIDs) + len(partyIDs); n == 0 || len(userIDs) > 1000 || len(partyIDs) > 100 {
			return refusal{code: wecomapi.ErrorCodeInvalidArgs}
		}
		v := w.viewOf(c, d)
		var people []company.PersonKey
		var departments []company.DepartmentKey
		var badUsers []string
		for _, userID := range userIDs {
			if p := v.find(userID); p != nil && v.person(p) {
				people = append(people, p.Key)
			} else {
				badUsers = append(badUsers, userID)
			}
		}
		for _, partyID := range partyIDs {
			dept := d.FindDepartment(company.ByWeComID, strconv.FormatInt(partyID, 10))
			if dept != nil && v.department(dept.Key) {
				departments = append(departments, dept.Key)
			} else {
				out.InvalidParty = append(out.InvalidParty, partyID)
			}
		}
		if len(people)+len(departments) == 0 {
			return refusal{code: none, text: "all list invalid"}
		}
		out.InvalidList = strings.Join(badUsers, "|")
		return d.UpdateGroup(g.Key, func(g *company.Group) error {
			edit(g, people, departments)
			return nil
		})
	})
	return out, err
}

// AddTagUsers puts members and departments into a tag.
func (w *Vendor) AddTagUsers(ctx context.Context,
	r wecomserver.AddTagUsersRequestObject) (wecomserver.AddTagUsersResponseObject, error) {
	return w.changeTag(desk.CallOf(ctx), r.Body.TagID, r.Body.UserList, r.Body.PartyList,
		wecomapi.ErrorCodeAllTagTargetsInvalid,
		func(g *company.Group, people []company.PersonKey, departments []company.DepartmentKey) {
			for _, key := range people {
				if !slices.Contains(g.People, key) {
					g.People = append(g.People, key)
				}
			}
			for _, key := range departments {
				if !slices.Contains(g.Departments, key) {
					g.Departments = append(g.Departments, key)
				}
			}
		})
}

// DeleteTagUsers takes members and departments out of a tag.
func (w *Vendor) DeleteTagUsers(ctx context.Context,
	r wecomserver.DeleteTagUsersRequestObject) (wecomserver.DeleteTagUsersResponseObject, error) {
	return w.changeTag(desk.CallOf(ctx), r.Body.TagID, r.Body.UserList, r.Body.PartyList,
		wecomapi.ErrorCodeInvalidUserIDList,
		func(g *company.Group, people []company.PersonKey, departments []company.DepartmentKey) {
			g.People = slices.DeleteFunc(g.People,
				func(key company.PersonKey) bool { return slices.Contains(people, key) })
			g.Departments = slices.DeleteFunc(g.Departments,
				func(key company.DepartmentKey) bool { return slices.Contains(departments, key) })
		})
}
