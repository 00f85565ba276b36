/* Change a house and see what ridge regression on the logarithm says it is worth.
   Data: weights (D,) and intercept of the logarithm; house (D,), a real one, encoded; numbers, a
   list of { name, label, column, mean, std, low, high, step, value }; places and their columns. */
(function () {
  "use strict";

  function price(inputs) {
    return Math.exp(inputs.weights.reduce(function (sum, w, i) {
      return sum + w * inputs.house[i];
    }, inputs.intercept));
  }
  dlcourse.live.compute["house-price"] = function (inputs) { return { price: price(inputs) }; };

  dlcourse.live("house-price", function (root, data, kit) {
    const weights = Array.from(data.weights.data), given = Array.from(data.house.data);
    const area = data.numbers[0];
    let now = 0, blind = 0;

    function dollars(value) {
      return "$" + String(Math.round(value / 100) * 100).replace(/\B(?=(\d{3})+$)/g, ",");
    }
    function said(house) {
      return price({ weights: weights, intercept: data.intercept, house: house });
    }
    const start = said(given);

    kit.task("Make the house at the start worth half as much again, without making it larger.", function () {
      return now > 1.5 * start && sliders[0].value <= area.value && !gap.value;
    });
    kit.task("Say that the living area is missing. Which area does the model take for it? Find an " +
      "area with which the price is within one percent of that.", function () {
      return asked && !gap.value && Math.abs(now / blind - 1) < 0.01;
    });

    const sliders = data.numbers.map(function (n) {
      return kit.slider({ label: n.label, min: n.low, max: n.high, step: n.step, value: n.value,
        format: String });
    });
    const place = kit.choice({ label: "Neighborhood", value: data.place,
      options: Object.keys(data.places).map(function (name) { return [name, name]; }) });
    const gap = kit.toggle({ label: "The living area is missing" });
    let asked = false;
    const bars = kit.bars({ label: "By what factor each choice multiplies the price of the house " +
      "at the start", names: data.numbers.map(function (n) { return kit.t(n.short); })
      .concat([kit.t("place"), kit.t("all")]), left: 76, width: 380, max: 3,
    format: function (v) { return "× " + v.toFixed(2); }, into: kit.panel("Factors") });
    const line = kit.readout();

    kit.onChange(function () {
      const house = given.slice(), factors = [];
      asked = asked || gap.value;
      data.numbers.forEach(function (n, i) {
        const value = (sliders[i].value - n.mean) / n.std;
        house[n.column] = i === 0 && gap.value ? 0 : value;
        factors.push(Math.exp(weights[n.column] * (house[n.column] - given[n.column])));
      });
      let change = 0;
      Object.keys(data.places).forEach(function (name) {
        const column = data.places[name];
        house[column] = name === place.value ? 1 : 0;
        change += weights[column] * (house[column] - given[column]);
      });
      now = said(house);
      const without = house.slice();
      without[area.column] = 0;
      blind = said(without);
      bars.update(factors.concat([Math.exp(change), now / start]), factors.length + 1);
      line.text = kit.t("The model says") + " " + dollars(now) + "; " +
        kit.t("for the house at the start it says") + " " + dollars(start) + ".";
      kit.say(line.text);
    });
  });
})();
