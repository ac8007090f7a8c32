package directory

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/gen/wpsapi"
)

// Leaver is somebody who has left the company.
type Leaver struct {
	User           // what the vendor still tells; Status is StatusLeft
	Left time.Time // when; zero if the vendor does not say
}

// Leavers is a directory whose vendor tells who has left: DingTalk and WPS 365. WeCom forgets people whom somebody
// deletes, and Feishu tells of them only to who knows their ids (feishu.Client.EmployeesByID). With these, [Diff] of
// two snapshots tells. Assert it as [Groups].
type Leavers interface {
	// Leavers yields who has left since then, once each and in no particular order; a zero time asks for all of whom
	// the vendor knows. Of whom it does not say when that was, they come as well. The first failure is yielded and ends
	// it.
	Leavers(ctx context.Context, since time.Time) iter.Seq2[Leaver, error]
}

// leaver is somebody who has left, unless it was too early.
func leaver(user User, left, since time.Time) (l Leaver, late bool) {
	user.Status = StatusLeft
	return Leaver{User: user, Left: left}, left.IsZero() || !left.Before(since)
}

// year is the longest span that DingTalk's list of leavers takes.
const year = 364 * 24 * time.Hour

// Leavers yields those who have left the corp, by the list that needs no other app, 364 days at a time. A zero time
// asks the HR app (智能人事) instead, which alone knows them all. Who has come back is left out, by one call for each
// person.
func (d *dingTalkDirectory) Leavers(ctx context.Context, since time.Time) iter.Seq2[Leaver, error] {
	if since.IsZero() {
		return convert(d.c.Leavers(ctx), func(raw dingtalkapi.DismissionInfo) Leaver {
			user := User{ID: raw.UserID, UserName: raw.UserID, UserNameFrom: UserNameFromUserID, Raw: raw}
			var left time.Time
			if raw.LastWorkDay != nil {
				left = time.UnixMilli(*raw.LastWorkDay)
			}
			found, _ := leaver(user, left, since)
			return found
		})
	}
	return func(yield func(Leaver, error) bool) {
		last := make(map[string]Leaver)
		var ids []string
		for end := false; !end; since = since.Add(year) {
			params := dingtalkapi.ListLeaveRecordsParams{StartTime: since.UTC().Format(time.RFC3339)}
			if until := since.Add(year); until.Before(time.Now()) {
				params.EndTime = new(until.UTC().Format(time.RFC3339))
			} else {
				end = true // until the vendor's own now
			}
			for raw, err := range d.c.LeaveRecords(ctx, params) {
				if err != nil {
					yield(Leaver{}, err)
					return
				}
				user := User{ID: raw.UserID, UserName: raw.UserID, UserNameFrom: UserNameFromUserID,
					DisplayName: raw.Name, Raw: raw}
				if raw.Mobile != "" {
					user.PhoneNumbers = user.contacts(fieldPhones,
						contact{kindMobile, new(withCountry(raw.StateCode, raw.Mobile)), false})
				}
				left, _ := time.Parse(time.RFC3339, raw.LeaveTime) // in another form it is not known
				found, _ := leaver(user, left, since)
				known, twice := last[raw.UserID]
				if !twice {
					ids = append(ids, raw.UserID)
				}
				if !twice || known.Left.Before(left) {
					last[raw.UserID] = found
				}
			}
		}
		for _, id := range ids {
			_, err := d.User(ctx, id)
			switch {
			case err == nil:
				continue // has come back
			case !errors.Is(err, clients.ErrNotFound) && !errors.Is(err, clients.ErrPermission):
				yield(Leaver{}, err)
				return
			}
			if !yield(last[id], nil) {
				return
			}
		}
	}
}

// formerChunk is how many people who have left are read at once.
const formerChunk = 50

// Leavers yields those whose deletion is among WPS 365's changes and who have not come back. There is no list of them:
// for how long the vendor keeps changes it does not say.
func (d *wpsDirectory) Leavers(ctx context.Context, since time.Time) iter.Seq2[Leaver, error] {
	return func(yield func(Leaver, error) bool) {
		left := make(map[string]time.Time)
		var ids []string
		for event, err := range d.c.UserChanges(ctx, since) {
			if err != nil {
				yield(Leaver{}, err)
				return
			}
			if event.ChangeType != wpsapi.ChangeTypeDelete {
				continue
			}
			if _, twice := left[event.UserID]; !twice {
				ids = append(ids, event.UserID)
			}
			left[event.UserID] = wpsEvent(kindUser, event.UserID, event.ChangeType, event.ChangeTime).At
		}
		for chunk := range slices.Chunk(ids, formerChunk) {
			people, _, err := d.c.FormerUsersByID(ctx, chunk) // who is missing has come back
			if err != nil {
				yield(Leaver{}, err)
				return
			}
			for _, raw := range people {
				if found, late := leaver(wpsUser(raw), left[raw.ID], since); late && !yield(found, nil) {
					return
				}
			}
		}
	}
}
