package company

// syllable is a Chinese character or two with its reading.
type syllable struct{ han, latin string }

func surnames() []syllable {
	return []syllable{
		{"王", "wang"}, {"李", "li"}, {"张", "zhang"}, {"刘", "liu"}, {"陈", "chen"}, {"杨", "yang"}, {"赵", "zhao"},
		{"黄", "huang"},
		{"周", "zhou"}, {"吴", "wu"}, {"徐", "xu"}, {"孙", "sun"}, {"胡", "hu"}, {"朱", "zhu"}, {"高", "gao"}, {"林", "lin"},
		{"何", "he"}, {"郭", "guo"}, {"马", "ma"}, {"罗", "luo"}, {"梁", "liang"}, {"宋", "song"}, {"郑", "zheng"},
		{"谢", "xie"},
		{"韩", "han"}, {"唐", "tang"}, {"冯", "feng"}, {"于", "yu"}, {"董", "dong"}, {"萧", "xiao"}, {"程", "cheng"},
		{"曹", "cao"},
		{"袁", "yuan"}, {"邓", "deng"}, {"许", "xu"}, {"傅", "fu"}, {"沈", "shen"}, {"曾", "zeng"}, {"彭", "peng"},
		{"吕", "lv"},
		{"苏", "su"}, {"卢", "lu"}, {"蒋", "jiang"}, {"蔡", "cai"}, {"贾", "jia"}, {"丁", "ding"}, {"魏", "wei"}, {"薛", "xue"},
		{"叶", "ye"}, {"阎", "yan"}, {"欧阳", "ouyang"}, {"司马", "sima"}, {"诸葛", "zhuge"}, {"上官", "shangguan"},
	}
}

func maleNames() []syllable {
	return []syllable{
		{"伟", "wei"}, {"强", "qiang"}, {"磊", "lei"}, {"军", "jun"}, {"洋", "yang"}, {"勇", "yong"}, {"杰", "jie"},
		{"涛", "tao"},
		{"超", "chao"}, {"明", "ming"}, {"刚", "gang"}, {"平", "ping"}, {"辉", "hui"}, {"鹏", "peng"}, {"浩", "hao"},
		{"宇", "yu"},
		{"轩", "xuan"}, {"博", "bo"}, {"凯", "kai"}, {"健", "jian"}, {"俊", "jun"}, {"帆", "fan"}, {"峰", "feng"},
		{"斌", "bin"},
		{"波", "bo"}, {"龙", "long"}, {"毅", "yi"}, {"哲", "zhe"}, {"翔", "xiang"}, {"晨", "chen"}, {"睿", "rui"}, {"泽", "ze"},
	}
}

func femaleNames() []syllable {
	return []syllable{
		{"芳", "fang"}, {"娜", "na"}, {"敏", "min"}, {"静", "jing"}, {"丽", "li"}, {"艳", "yan"}, {"娟", "juan"}, {"霞", "xia"},
		{"燕", "yan"}, {"玲", "ling"}, {"婷", "ting"}, {"雪", "xue"}, {"琳", "lin"}, {"倩", "qian"}, {"颖", "ying"},
		{"梅", "mei"},
		{"洁", "jie"}, {"慧", "hui"}, {"莉", "li"}, {"萍", "ping"}, {"雨", "yu"}, {"晴", "qing"}, {"欣", "xin"}, {"怡", "yi"},
		{"佳", "jia"}, {"悦", "yue"}, {"涵", "han"}, {"梦", "meng"}, {"诗", "shi"}, {"薇", "wei"}, {"宁", "ning"},
		{"瑶", "yao"},
	}
}

func maleEnglishNames() []string {
	return []string{"Kevin", "Jason", "Eric", "David", "Leo", "Tony", "Frank", "Ryan", "Victor", "Oscar", "Felix",
		"Simon"}
}

func femaleEnglishNames() []string {
	return []string{"Amy", "Grace", "Emma", "Vivian", "Yuki", "Cindy", "Iris", "Joyce", "Nina", "Rita", "Wendy",
		"Alice"}
}

// title is a word with its English twin.
type title struct{ zh, en string }

// departmentTitles returns the names that departments of a level carry. The root is level 1.
func departmentTitles(level int) []title {
	switch level {
	case 1:
		return []title{{"云杉示例科技有限公司", "Spruce Demo Technology"}}
	case 2:
		return []title{
			{"研发中心", "Research and Development"}, {"销售中心", "Sales"}, {"财务部", "Finance"}, {"人力资源部", "Human Resources"},
			{"市场部", "Marketing"}, {"客户服务部", "Customer Service"}, {"供应链中心", "Supply Chain"},
			{"信息技术部", "Information Technology"},
			{"法务部", "Legal"}, {"行政部", "Administration"}, {"战略投资部", "Strategy"}, {"审计部", "Audit"},
		}
	case 3:
		return []title{
			{"平台部", "Platform"}, {"产品部", "Product"}, {"华东大区", "East China"}, {"华南大区", "South China"},
			{"质量部", "Quality"},
			{"运营部", "Operations"}, {"规划部", "Planning"}, {"华北大区", "North China"}, {"综合部", "General Affairs"},
			{"项目部", "Projects"},
			{"西南大区", "Southwest China"}, {"共享服务部", "Shared Services"},
		}
	case 4:
		return []title{
			{"基础组", "Foundation"}, {"应用组", "Applications"}, {"数据组", "Data"}, {"移动组", "Mobile"}, {"渠道组", "Channels"},
			{"支持组", "Support"}, {"核算组", "Accounting"}, {"培训组", "Training"}, {"安全组", "Security"}, {"测试组", "Testing"},
		}
	default:
		return []title{
			{"上海小组", "Shanghai"}, {"杭州小组", "Hangzhou"}, {"深圳小组", "Shenzhen"}, {"成都小组", "Chengdu"}, {"北京小组", "Beijing"},
			{"西安小组", "Xi'an"}, {"武汉小组", "Wuhan"}, {"厦门小组", "Xiamen"},
		}
	}
}

func positions() []string {
	return []string{"工程师", "高级工程师", "产品经理", "会计", "客户经理", "销售代表", "人事专员", "法务专员", "测试工程师", "数据分析师", "设计师", "采购专员",
		"运维工程师", "市场专员"}
}

func cities() []title {
	return []title{{"上海", "浦东新区示例路 100 号"}, {"杭州", "滨江区样本街 8 号"}, {"深圳", "南山区测试大道 66 号"}, {"成都", "高新区演示路 7 号"},
		{"北京", "海淀区虚构街 12 号"}}
}

// groupNames are the groups of a kind that companies tend to have.
func groupNames(kind GroupKind) []string {
	if kind == Role {
		return []string{"主管", "财务", "人事", "行政前台", "安全员", "导师"}
	}
	return []string{"班车乘客", "值班人员", "管培生", "外派人员", "设备保管人", "项目评审"}
}
