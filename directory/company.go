package directory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"github.com/roster-go/roster/clients"
)

// companyTeller is a directory that knows whose it is.
type companyTeller interface {
	company(ctx context.Context) (string, error)
}

// companyOf returns what tells a directory's company from others, "" if nothing does.
func companyOf(ctx context.Context, d Directory) (string, error) {
	teller, ok := d.(companyTeller)
	if !ok {
		return "", nil
	}
	return teller.company(ctx)
}

// ofApp stands for the one company that an app belongs to. The id of the app is not shown: some keep it like a secret.
func ofApp(id string) string {
	sum := sha256.Sum256([]byte(id))
	return "app-" + hex.EncodeToString(sum[:6])
}

//nolint:unparam // companyTeller; others ask
func (d *weComDirectory) company(context.Context) (string, error) { return d.c.CorpID(), nil }

// company is the corp that the app was given. No call tells the corp of an internal app.
//
//nolint:unparam // companyTeller; others ask
func (d *dingTalkDirectory) company(context.Context) (string, error) {
	if corp := d.c.AuthCorpID(); corp != "" {
		return corp, nil
	}
	return ofApp(d.c.AppKey()), nil
}

// company is the app: open_ids are the app's own, so that another app of the same tenant has other people.
//
//nolint:unparam // companyTeller; others ask
func (d *feishuDirectory) company(context.Context) (string, error) { return ofApp(d.c.AppID()), nil }

// company is asked for once, and is the app's where it may not be: every sign-in needs it.
func (d *wpsDirectory) company(ctx context.Context) (string, error) {
	d.ownMu.Lock()
	defer d.ownMu.Unlock()
	if d.own != "" {
		return d.own, nil
	}
	answer, err := d.c.GetCurrentCompany(ctx)
	if errors.Is(err, clients.ErrPermission) || lacksCall(err) {
		return ofApp(d.c.AppID()), nil
	}
	if err != nil {
		return "", err
	}
	d.own = answer.Data.ID
	return d.own, nil
}
