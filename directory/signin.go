package directory

import (
	"context"
	"errors"
	"fmt"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
)

// SignIn is a directory by which people sign in: all four vendors. Assert it as [Groups]. In short:
//
//	state := …                                                             // random, kept in the person's session
//	url, err := s.AuthorizeURL(clients.SignIn{RedirectURI: back, State: state})  // send the browser there
//	// It comes back to RedirectURI with the parameters code and state. Compare state before anything else.
//	user, err := s.Identify(ctx, code, clients.SurfaceBrowser)
//
// A code is good once and for a few minutes, which the vendor's Identify tells. One that is spent, too old or made up
// is clients.ErrInvalidArgument or clients.ErrUnauthenticated: send the person to AuthorizeURL again. Never call again
// with the same code.
type SignIn interface {
	// AuthorizeURL is the vendor's page on which a person signs in. A surface for which the vendor has no page is
	// clients.ErrInvalidArgument.
	AuthorizeURL(r clients.SignIn) (string, error)

	// Identify tells who has signed in, for a code that a page of the surface has given. Somebody who is not of the
	// company is an [ErrOutsider]. Whose record the app may not read is told by id alone if the sign-in itself says
	// that the person is of the company; otherwise (Feishu, WPS 365 without the permission for the company's id) that
	// is clients.ErrPermission.
	Identify(ctx context.Context, code string, surface clients.Surface) (User, error)
}

// ErrOutsider is somebody who has signed in and does not belong to the company: an external contact, a guest, or
// anybody with an account of the vendor's.
var ErrOutsider = errors.New("signed in, and not of the company")

func outsider(vendor string) error { return fmt.Errorf("%s: %w", vendor, ErrOutsider) }

// whoever is the record of somebody who has signed in, or what the sign-in itself told where the record is not the
// app's to read.
func whoever(ctx context.Context, d Directory, told User) (User, error) {
	user, err := d.User(ctx, told.ID)
	if errors.Is(err, clients.ErrPermission) {
		return told, nil
	}
	return user, err
}

func (d *weComDirectory) AuthorizeURL(r clients.SignIn) (string, error) { return d.c.AuthorizeURL(r) }

func (d *weComDirectory) Identify(ctx context.Context, code string, _ clients.Surface) (User, error) {
	who, err := d.c.Identify(ctx, code)
	if err != nil {
		return User{}, err
	}
	if who.External || who.UserID == "" {
		return User{}, outsider(d.Vendor())
	}
	return whoever(ctx, d, User{ID: wecom.FoldUserID(who.UserID), UnionID: who.OpenUserID, UserName: who.UserID,
		UserNameFrom: UserNameFromUserID})
}

func (d *dingTalkDirectory) AuthorizeURL(r clients.SignIn) (string, error) {
	return d.c.AuthorizeURL(r)
}

func (d *dingTalkDirectory) Identify(ctx context.Context, code string, surface clients.Surface) (User, error) {
	identify := d.c.Identify
	if surface == clients.SurfaceInApp { // whose codes are of another kind
		identify = d.c.IdentifyInApp
	}
	who, err := identify(ctx, code)
	if err != nil {
		return User{}, err
	}
	if who.External || who.UserID == "" {
		return User{}, outsider(d.Vendor())
	}
	return whoever(ctx, d, User{ID: who.UserID, UnionID: who.UnionID, UserName: who.UserID,
		UserNameFrom: UserNameFromUserID, DisplayName: who.Name})
}

func (d *feishuDirectory) AuthorizeURL(r clients.SignIn) (string, error) { return d.c.AuthorizeURL(r) }

func (d *feishuDirectory) Identify(ctx context.Context, code string, _ clients.Surface) (User, error) {
	who, err := d.c.Identify(ctx, code)
	if err != nil {
		return User{}, err
	}
	return d.User(ctx, who.OpenID) // nothing but this tells that the person is of the tenant
}

func (d *wpsDirectory) AuthorizeURL(r clients.SignIn) (string, error) { return d.c.AuthorizeURL(r) }

func (d *wpsDirectory) Identify(ctx context.Context, code string, _ clients.Surface) (User, error) {
	who, err := d.c.Identify(ctx, code)
	if err != nil {
		return User{}, err
	}
	own, err := d.company(ctx)
	if err != nil {
		return User{}, err
	}
	known := own != ofApp(d.c.AppID()) && who.CompanyID != ""
	if who.External != nil && *who.External || who.UserID == "" || known && who.CompanyID != own {
		return User{}, outsider(d.Vendor())
	}
	if !known { // then nothing but the record tells that the person is of the company
		return d.User(ctx, who.UserID)
	}
	told := User{ID: who.UserID, ExternalID: who.ExUserID, UserName: who.ExUserID, UserNameFrom: UserNameFromExternalID,
		DisplayName: who.Name}
	if told.UserName == "" {
		told.UserName, told.UserNameFrom = who.UserID, UserNameFromID
	}
	return whoever(ctx, d, told)
}
