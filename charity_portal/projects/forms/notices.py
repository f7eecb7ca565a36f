"""What staff type about a notice, and what anybody types who objects to it."""

from wtforms import HiddenField
from wtforms.fields import SelectChoice

from charity_portal.kernel.forms import (
    FileField,
    Form,
    IntegerField,
    LongTextField,
    NumberRange,
    RadioField,
    SelectField,
    TextField,
    chosen,
    required,
)
from charity_portal.kernel.i18n import say


class StartForm(Form):
    """How long a notice runs."""

    workdays = IntegerField(say("公示期（工作日）"), [NumberRange(1, 365)])


class ObjectionForm(Form):
    """An objection. Name and contact are asked of everybody and checked by the rules."""

    application_id = SelectField(
        say("针对的项目"), [chosen(say("请选择本次公示中的一个拟立项项目。"))], choices=[]
    )
    text = LongTextField(say("异议的事实和理由"), longest=3000)
    person = TextField(say("真实姓名或单位名称"), longest=60)
    contact = TextField(say("联系电话或电子邮箱"), longest=100)
    evidence = FileField(say("证明材料"))


class StatusForm(Form):
    """Number and code of an objection."""

    number = TextField(say("受理编号"), [required()], longest=30)
    code = TextField(say("查询码"), [required()], longest=30)


class AnswerForm(Form):
    """What came of a re-examination."""

    result = RadioField(
        say("复核结果"),
        [chosen()],
        choices=[
            SelectChoice("upheld", say("异议成立，取消拟立项")),
            SelectChoice("dismissed", say("异议不成立，维持拟立项")),
        ],
    )
    finding = LongTextField(say("复核情况（内部留存，加密保存）"), [required()], longest=3000)
    public_outcome = LongTextField(say("复核结论（向社会公布）"), [required()], longest=1000)


class RetractForm(Form):
    """How the objector took it back."""

    seen = HiddenField()
    reason = LongTextField(say("撤回的方式和核实情况"), [required()], longest=500)
