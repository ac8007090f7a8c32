package contractci

import (
	"os"
	"testing"

	"github.com/roster-go/roster"
	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/contract"
)

// The samples are those that come with the clients. "roster record" makes more, of your own tenant:
// os.DirFS("testdata") reads them.
var samples = roster.Samples()

// base is the address of a private deployment or proxy, if one is set.
func base(variable string, options []clients.Option) []clients.Option {
	if url := os.Getenv(variable); url != "" {
		options = append(options, clients.WithBaseURL(url))
	}
	return options
}

func TestWeCom(t *testing.T) {
	contract.Run(t, contract.Suite{
		Vendor:  "wecom",
		Samples: samples,
		Env:     []string{"WECOM_CORP_ID", "WECOM_APP_SECRET"},
		Open: func(options ...clients.Option) (any, error) {
			return wecom.New(wecom.Config{
				CorpID:        os.Getenv("WECOM_CORP_ID"),
				AppSecret:     clients.Secret(os.Getenv("WECOM_APP_SECRET")),
				ContactSecret: clients.Secret(os.Getenv("WECOM_CONTACT_SECRET")),
			}, base("WECOM_BASE_URL", options)...)
		},
	})
}

func TestDingTalk(t *testing.T) {
	contract.Run(t, contract.Suite{
		Vendor:  "dingtalk",
		Samples: samples,
		Env:     []string{"DINGTALK_APP_KEY", "DINGTALK_APP_SECRET"},
		Open: func(options ...clients.Option) (any, error) {
			return dingtalk.New(dingtalk.Config{
				AppKey:    os.Getenv("DINGTALK_APP_KEY"),
				AppSecret: clients.Secret(os.Getenv("DINGTALK_APP_SECRET")),
			}, base("DINGTALK_BASE_URL", options)...)
		},
	})
}

func TestFeishu(t *testing.T) {
	contract.Run(t, contract.Suite{
		Vendor:  "feishu",
		Samples: samples,
		Env:     []string{"FEISHU_APP_ID", "FEISHU_APP_SECRET"},
		Open: func(options ...clients.Option) (any, error) {
			return feishu.New(feishu.Config{
				AppID:     os.Getenv("FEISHU_APP_ID"),
				AppSecret: clients.Secret(os.Getenv("FEISHU_APP_SECRET")),
			}, base("FEISHU_BASE_URL", options)...)
		},
	})
}

func TestWPS(t *testing.T) {
	contract.Run(t, contract.Suite{
		Vendor:  "wps",
		Samples: samples,
		Env:     []string{"WPS_APP_ID", "WPS_APP_KEY"},
		Open: func(options ...clients.Option) (any, error) {
			return wps.New(wps.Config{
				AppID:  os.Getenv("WPS_APP_ID"),
				AppKey: clients.Secret(os.Getenv("WPS_APP_KEY")),
				// What stands in the path before the API's own routes is not signed. Empty is right for the public
				// cloud and for /openapi.
				UnsignedPathPrefix: os.Getenv("WPS_UNSIGNED_PATH_PREFIX"),
			}, base("WPS_BASE_URL", options)...)
		},
	})
}
