package vendors

import (
	"net/url"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/sim"
)

func wps365() Vendor {
	const (
		appID   = "WPS_APP_ID"
		appKey  = "WPS_APP_KEY"
		baseURL = "WPS_BASE_URL"
	)
	return Vendor{
		Name: "wps", Title: "WPS 365",
		Variables: []Variable{
			{Name: appID, Meaning: "APPID of a self-built app, which sees its data permission", Required: true},
			{Name: appKey, Meaning: "APPKEY of that app", Required: true, Secret: true},
			{Name: baseURL, Meaning: "where the API is, if not at the vendor"},
		},
		Simulated: func(s *sim.Server) map[string]string {
			c := s.Credentials().WPS
			return map[string]string{appID: c.AppID, appKey: c.AppKey, baseURL: s.WPSURL()}
		},
		Open: func(env map[string]string, options ...clients.Option) (Opened, error) {
			cfg := wps.Config{AppID: env[appID], AppKey: clients.Secret(env[appKey])}
			if base, err := url.Parse(env[baseURL]); err == nil {
				// What stands before the API's own paths is a gateway's or the simulator's, and not signed.
				cfg.UnsignedPathPrefix = base.Path
			}
			c, err := wps.New(cfg, reaching(env, baseURL, options)...)
			if err != nil {
				return Opened{}, err
			}
			return Opened{directory.WPS(c), c.Stats, c}, nil
		},
	}
}
