package sim

import (
	"html/template"
	"net/http"
)

// page says to a person with a browser what is where.
func (c *Control) page(w http.ResponseWriter, r *http.Request) {
	srv := &Server{Simulator: c.Simulator(), URL: "http://" + r.Host}
	o := srv.Organisation()
	control := ControlPrefix
	if c.Refusal != "" {
		control = ""
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = frontPage().Execute(w, map[string]any{ // to a client that has gone away
		"People": len(o.People()), "Departments": len(o.Departments()), "Control": control,
		"Vendors": [][2]string{{"WeCom 企业微信", srv.WeComURL()}, {"DingTalk 钉钉", srv.DingTalkURL()},
			{"Feishu 飞书", srv.FeishuURL()}, {"WPS 365", srv.WPSURL()}},
	})
}

func frontPage() *template.Template {
	return template.Must(template.New("").Parse(`<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>roster sim</title><link rel="icon" href="data:,">
<style>body{font:16px/1.5 sans-serif;max-width:46em;margin:2em auto;padding:0 1em}code{background:#eee;padding:0 .3em}
td{padding:.2em 1em .2em 0}</style>
<h1>roster sim</h1>
<p>A simulator of four staff directories: one made-up company of {{.People}} people in {{.Departments}} departments,
seen through the wire formats of four vendors. Its credentials are printed where it was started.</p>
<table><tr><th align="left">vendor</th><th align="left">base URL</th></tr>
{{range .Vendors}}<tr><td>{{index . 0}}</td><td><code>{{index . 1}}</code></td></tr>
{{end}}</table>
<p>The vendors' own paths, such as <code>/cgi-bin/user/get</code>, work without the vendor's name as well.</p>
{{with .Control}}<p>Tests in any language inject faults, revoke tokens, move the clock, begin again and read the truth
below <a href="{{.}}"><code>{{.}}</code></a>, which lists how.</p>
{{end}}<p><code>roster sim</code> has references of the interfaces, with samples that work here as they are, at
<a href="/docs/"><code>/docs/</code></a>, once <code>make docs</code> has built them.</p>
</html>
`))
}
