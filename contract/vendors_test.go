package contract_test

import (
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/contract"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/require"
)

// stand is a vendor's part of a simulator: where it is and whom it lets in.
type stand struct {
	base        string // behind the simulator's URL
	credentials sim.Credentials
}

func standOf(vendor string, s *sim.Simulator) stand {
	base := map[string]string{"wecom": "/wecom/cgi-bin", "dingtalk": "/dingtalk", "feishu": "/feishu/open-apis", "wps": "/wps"}[vendor]
	return stand{base, s.Credentials()}
}

// opener makes the vendor's client for a simulator that listens at url.
func opener(vendor, url string, s *sim.Simulator) contract.Opener {
	at := standOf(vendor, s)
	return func(options ...clients.Option) (any, error) {
		options = append([]clients.Option{clients.WithBaseURL(url + at.base)}, options...)
		switch c := at.credentials; vendor {
		case "wecom":
			return wecom.New(wecom.Config{CorpID: c.WeCom.CorpID, ContactSecret: clients.Secret(c.WeCom.ContactSecret), AppSecret: clients.Secret(c.WeCom.AppSecret)}, options...)
		case "dingtalk":
			return dingtalk.New(dingtalk.Config{AppKey: c.DingTalk.AppKey, AppSecret: clients.Secret(c.DingTalk.AppSecret)}, options...)
		case "feishu":
			return feishu.New(feishu.Config{AppID: c.Feishu.AppID, AppSecret: clients.Secret(c.Feishu.AppSecret)}, options...)
		default:
			return wps.New(wps.Config{AppID: c.WPS.AppID, AppKey: clients.Secret(c.WPS.AppKey)}, options...)
		}
	}
}

func probe(t *testing.T, vendor string, server *sim.Server, o contract.ProbeOptions) *contract.ProbeResult {
	t.Helper()
	result, err := contract.Probe(t.Context(), validator(t, vendor), opener(vendor, server.URL, server.Simulator), o)
	require.NoError(t, err)
	return result
}
